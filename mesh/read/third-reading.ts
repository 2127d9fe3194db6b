import type { WordRecognizer } from "../../inference/client/word-recognizer.ts";
import { type DecodedWord, decodeWord } from "./ctc-decode.ts";
import type { Gray } from "./gray.ts";
import type { ReadWord } from "./recognize-messages.ts";
import { needsSecondReading } from "./second-reading.ts";
import { wholeWordBox } from "./whole-word-box.ts";
import { cropWord } from "./word-crop.ts";

/** Words of one page that are read a third time; beyond it the page is a listing and the rest keeps two readings. */
const MAX_WORDS = 600;
/** A page's pictures take tenths of a second; this leaves room for a busy machine. */
const DEADLINE_MS = 10_000;

export interface ThirdReadingOptions {
  readonly signal: AbortSignal;
  readonly stickyKey?: string;
}

/**
 * What the recognizer model reads in the words that carry facts or doubt, from the page as it came; by word, undefined for those
 * that are not asked for. Rejects as the model server does.
 */
export async function readThirdTime(
  recognizer: WordRecognizer,
  { page, words }: { readonly page: Gray; readonly words: readonly ReadWord[] },
  options: ThirdReadingOptions,
): Promise<readonly (DecodedWord | undefined)[]> {
  const chosen = [...words.entries()].filter(([, word]) => needsThirdReading(word)).slice(0, MAX_WORDS);
  const pictures = chosen.map(([, word]) => cropWord(page, wholeWordBox(page, word, words)));
  const rows = pictures.length === 0 ? [] : await recognizer.recognize(pictures, { ...options, deadlineMs: DEADLINE_MS });
  const decoded = words.map((): DecodedWord | undefined => undefined);
  for (const [at, [index]] of chosen.entries()) {
    const row = rows[at];
    if (row !== undefined) decoded[index] = decodeWord(row);
  }
  return decoded;
}

/** Words read twice, with any mark that the model can say; a single sign is more often a rule or a speck. */
function needsThirdReading(word: ReadWord): boolean {
  return word.text.length > 1 && /[A-Za-z0-9]/.test(word.text) && needsSecondReading(word);
}
