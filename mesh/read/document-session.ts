import { PayerHubError } from "../../runtime/error.ts";
import type { SandboxLease, SandboxPool } from "../../runtime/sandbox.ts";
import type { ReadConfig } from "./config.ts";
import type { DecodedPage, DecodeRequest, OpenedDocument } from "./decode-messages.ts";
import type { QuarterTurn } from "./rotate.ts";

/** A document held open in one decode child. */
export interface DocumentSession {
  readonly pageCount: number;
  /** Pages are counted from 0. A child that dies over a page is replaced and the document opened again for the next one. */
  page(index: number, options: { readonly turn?: QuarterTurn; readonly ignoreText?: boolean }): Promise<DecodedPage>;
  close(): void;
}

export interface SessionOptions {
  readonly config: ReadConfig;
  readonly signal: AbortSignal;
}

/** Opens the document in a free decode child. Throws what `openDocument` throws, and the sandbox's errors. */
export async function openSession(pool: SandboxPool, bytes: Uint8Array, options: SessionOptions): Promise<DocumentSession> {
  const lease = await pool.lease(options.signal);
  try {
    let opened = await open(lease, bytes, options);
    let turnstile: Promise<unknown> = Promise.resolve();
    const pageCount = opened.pageCount;
    const page: DocumentSession["page"] = async (index, pageOptions) => {
      if (lease.generation !== opened.generation) opened = await open(lease, bytes, options);
      const request: DecodeRequest = { kind: "page", index, ...pageOptions };
      const decoded = await lease.run(request, { deadlineMs: options.config.decodeDeadlineMs, signal: options.signal });
      return decoded as DecodedPage;
    };
    return {
      pageCount,
      page: async (index, pageOptions) => {
        // A child works on one page at a time.
        const turn = turnstile.then(async () => await page(index, pageOptions));
        turnstile = turn.catch(() => undefined);
        return await turn;
      },
      close: () => void turnstile.finally(() => lease.release()),
    };
  } catch (caught) {
    lease.release();
    throw caught;
  }
}

async function open(
  lease: SandboxLease,
  bytes: Uint8Array,
  options: SessionOptions,
): Promise<OpenedDocument & { readonly generation: number }> {
  const { config, signal } = options;
  const generation = lease.generation;
  const limits = { maxPages: config.maxPages, maxPixelsPerPage: config.maxPixelsPerPage };
  const request: DecodeRequest = { kind: "open", bytes, limits };
  const opened = (await lease.run(request, { deadlineMs: config.openDeadlineMs, signal })) as OpenedDocument;
  if (!Number.isInteger(opened.pageCount) || opened.pageCount < 1 || opened.pageCount > config.maxPages) {
    throw new PayerHubError("INVALID_ARGUMENT", "open document: it has no page that can be read");
  }
  return { ...opened, generation };
}
