import type { WordRecognizer } from "../../inference/client/word-recognizer.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Logger } from "../../runtime/log.ts";
import type { World } from "../../runtime/world.ts";
import { arbitrate } from "./arbitrate.ts";
import type { Gray } from "./gray.ts";
import type { ReadWord } from "./recognize-messages.ts";
import { readThirdTime, type ThirdReadingOptions } from "./third-reading.ts";

/** After a failure pages go on with two readings for so long, in milliseconds: a server that hangs would cost each its deadline. */
const PAUSE_MS = 30_000;

/** A page's words after the recognizer model was asked, and whether it answered. */
export interface ConfirmedWords {
  readonly words: readonly ReadWord[];
  readonly confirmed: boolean;
}

export interface WordConfirmer {
  /** Never rejects but when the signal aborts: without the model server, words stay as two readings have them. */
  confirm(page: Gray, words: readonly ReadWord[], options: ThirdReadingOptions): Promise<ConfirmedWords>;
}

/** The recognizer model beside the OCR engine. A page that goes without it is logged with how many did so far. */
export function createWordConfirmer(recognizer: WordRecognizer, deps: { readonly log: Logger; readonly world: World }): WordConfirmer {
  const { log, world } = deps;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let without = 0;
  const goWithout = (words: readonly ReadWord[], error?: PayerHubError): ConfirmedWords => {
    without += 1;
    if (error !== undefined) pausedUntil = world.monotonicMs() + PAUSE_MS;
    log.warn("read.without_recognizer", { stage: "read", count: without, ...(error === undefined ? {} : { code: error.code }) });
    return { words, confirmed: false };
  };
  return {
    confirm: async (page, words, options) => {
      if (world.monotonicMs() < pausedUntil) return goWithout(words);
      try {
        const third = await readThirdTime(recognizer, { page, words }, options);
        return { words: words.map((word, at) => arbitrate(word, third[at])), confirmed: true };
      } catch (caught) {
        options.signal.throwIfAborted();
        return goWithout(words, PayerHubError.from(caught, { attempted: "recognize words" }));
      }
    },
  };
}
