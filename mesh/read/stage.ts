import { DocumentRead, type ObjectRef, PageWords } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { artefactKey, type Stage, type StageContext } from "../stage.ts";
import type { ReadConfig } from "./config.ts";
import { type PageResult, readDocument, wordsOf } from "./read-document.ts";
import { createReadPools } from "./read-pools.ts";
import type { WordConfirmer } from "./word-confirmer.ts";

/** The read stage with the children it owns. */
export interface ReadStage extends Stage<"received"> {
  /** Kills every child; resolves when none is left. */
  stop(): Promise<void>;
}

/**
 * Bytes to words: every page becomes `words-<n>.pb` and `page-<n>.png` (n from 1). A page that cannot be read has words
 * with `failure` set and no image; a document of such pages only, or one that cannot be opened, ends in a coded error.
 */
export async function createReadStage(options: {
  readonly config: ReadConfig;
  readonly confirmer?: WordConfirmer | undefined;
}): Promise<ReadStage> {
  const { config, confirmer } = options;
  const pools = await createReadPools(config);
  return {
    name: "read",
    input: "received",
    stop: pools.stop,
    run: async (message, context) => {
      const head = message.head;
      if (head?.original === undefined)
        throw new PayerHubError("INVALID_ARGUMENT", "read document: the event names no original, one is required");
      const bytes = await context.objects.readBytes(context.tenant, head.original, context.signal);
      const words: ObjectRef[] = [];
      const images: ObjectRef[] = [];
      const { pageCount } = await readDocument(bytes, {
        config,
        pools,
        confirmer: confirmer && {
          confirm: async (page, words, call) => await confirmer.confirm(page, words, { ...call, stickyKey: context.documentId }),
        },
        signal: context.signal,
        onPage: async (result) => {
          const stored = await storePage(result, context);
          words[result.index] = stored.words;
          images[result.index] = stored.image;
          context.progress();
          context.log.debug("read.page", { stage: "read", documentId: context.documentId, count: result.index + 1 });
        },
      });
      const read = DocumentRead.fromPartial({ head, words, images, pageCount });
      return {
        next: { name: "read", message: read },
        facts: { state: "read", pageCount, words: words.map(factOf), images: images.map(factOf) },
      };
    },
  };
}

async function storePage(result: PageResult, context: StageContext): Promise<{ readonly words: ObjectRef; readonly image: ObjectRef }> {
  const { tenant, objects, signal } = context;
  const number = result.index + 1;
  const key = (name: string) => artefactKey(context, name);
  if (result.error !== undefined) {
    context.log.warn("read.page_failed", { stage: "read", documentId: context.documentId, code: result.error.code, count: number });
  }
  const words = await objects.putMessage({ tenant, key: key(`words-${number}.pb`) }, PageWords, wordsOf(result), signal);
  const place = { tenant, key: key(`page-${number}.png`), contentType: "image/png" };
  const image = await objects.putBytes(place, result.page?.png ?? BLANK_PNG, signal);
  return { words, image };
}

/** One white pixel: images stand in page order, so a failed page needs one too. */
const BLANK_PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==", "base64");

function factOf(ref: ObjectRef): {
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType: string;
} {
  return { key: ref.key, sha256: ref.sha256, sizeBytes: Number(ref.sizeBytes), contentType: ref.contentType };
}
