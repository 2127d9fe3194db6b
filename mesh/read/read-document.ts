import { PageWords } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { ReadConfig } from "./config.ts";
import { openSession } from "./document-session.ts";
import { type ReadPage, readPage } from "./read-page.ts";
import type { ReadPools } from "./read-pools.ts";
import { sniffDocument } from "./sniff.ts";
import type { WordConfirmer } from "./word-confirmer.ts";

/** Errors that concern the caller or the machine, not one page: they end the document. */
const DOCUMENT_CODES: ReadonlySet<string> = new Set(["CANCELLED", "UNAVAILABLE"]);

export interface ReadDocumentOptions {
  readonly config: ReadConfig;
  readonly pools: ReadPools;
  readonly signal: AbortSignal;
  readonly confirmer?: WordConfirmer | undefined;
  /**
   * Takes each page as soon as it is read, in any order; at most one page a recognizer is in memory. A page that cannot be
   * read comes without image and with its error.
   */
  readonly onPage: (page: PageResult) => Promise<void>;
}

/** Pages are counted from 0. */
export type PageResult =
  | { readonly index: number; readonly page: ReadPage; readonly error?: undefined }
  | { readonly index: number; readonly page?: undefined; readonly error: PayerHubError };

/**
 * Reads a document of any accepted kind, its pages in parallel up to the number of recognizers. One bad page costs that
 * page. Throws the error of opening it, the first page error when every page failed, CANCELLED on abort.
 */
export async function readDocument(bytes: Uint8Array, options: ReadDocumentOptions): Promise<{ readonly pageCount: number }> {
  // Refuses most of what is not a document before a child is spent on it.
  sniffDocument(bytes);
  const ended = new AbortController();
  const scoped = { ...options, signal: AbortSignal.any([options.signal, ended.signal]) };
  const session = await openSession(options.pools.decode, bytes, scoped);
  try {
    let next = 0;
    const failures: PayerHubError[] = [];
    const worker = async () => {
      while (next < session.pageCount) {
        const index = next;
        next += 1;
        const result = await readPage(session, index, scoped).then(
          (page) => ({ index, page }),
          (caught: unknown) => ({ index, error: PayerHubError.from(caught, { attempted: `read page "${index + 1}"` }) }),
        );
        if ("error" in result) {
          if (options.signal.aborted || DOCUMENT_CODES.has(result.error.code)) throw result.error;
          failures.push(result.error);
        }
        await options.onPage(result);
      }
    };
    // One page more than recognizers: it is decoded while the others are read.
    const workers = Math.min(options.config.recognizers + 1, session.pageCount);
    await Promise.all(Array.from({ length: workers }, worker));
    const first = failures[0];
    if (first !== undefined && failures.length === session.pageCount) throw first;
    return { pageCount: session.pageCount };
  } finally {
    // Pages still under way when one ended the document must not hold children.
    ended.abort();
    session.close();
  }
}

/** The words of a page, or a page without words that says why it has none. */
export function wordsOf({ index, page, error }: PageResult): PageWords {
  return page?.words ?? PageWords.fromPartial({ page: index + 1, failure: error?.code ?? "INTERNAL" });
}

/** Reads a whole document into memory: for evaluations and tools, not for the stage. */
export async function readWholeDocument(
  bytes: Uint8Array,
  options: Omit<ReadDocumentOptions, "onPage">,
): Promise<{ readonly pages: PageWords[]; readonly images: (Uint8Array | undefined)[] }> {
  const pages: PageWords[] = [];
  const images: (Uint8Array | undefined)[] = [];
  await readDocument(bytes, {
    ...options,
    onPage: async (result) => {
      pages[result.index] = wordsOf(result);
      images[result.index] = result.page?.png;
    },
  });
  return { pages, images };
}
