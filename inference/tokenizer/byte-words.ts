import type { OnWord } from "./bert-words.ts";
import { LETTER, NUMBER, SPACE } from "./characters.ts";

const KIND = LETTER | NUMBER | SPACE;
const BLANK = 0x20;
const APOSTROPHE = 0x27;
const CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"] as const;

/**
 * The pre-tokenizer "ByteLevel": GPT-2's words. The same as the expression
 * `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, with the classes that Python's library has.
 */
export function splitByteWords(text: string, classes: Uint8Array, onWord: OnWord): void {
  for (let start = 0; start < text.length; ) {
    const end = contractionEnd(text, start) ?? runEnd(text, start, classes);
    onWord(start, end);
    start = end;
  }
}

function contractionEnd(text: string, start: number): number | undefined {
  if (text.charCodeAt(start) !== APOSTROPHE) return undefined;
  const found = CONTRACTIONS.find((contraction) => text.startsWith(contraction, start));
  return found === undefined ? undefined : start + found.length;
}

/** A blank belongs to the letters, numbers or signs that follow it; other white space stands alone. */
function runEnd(text: string, start: number, classes: Uint8Array): number {
  let first = start;
  if (text.charCodeAt(start) === BLANK && start + 1 < text.length && kindAt(text, start + 1, classes) !== SPACE) first = start + 1;
  const kind = kindAt(text, first, classes);
  const end = sameKindEnd(text, first, classes);
  if (kind !== SPACE || end === text.length) return end;
  // The last white space before a word is left for the word, or stands alone if it is no blank.
  return end - 1 > start ? end - 1 : end;
}

function sameKindEnd(text: string, start: number, classes: Uint8Array): number {
  const kind = kindAt(text, start, classes);
  let end = start;
  while (end < text.length && kindAt(text, end, classes) === kind) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return end;
}

function kindAt(text: string, index: number, classes: Uint8Array): number {
  return (classes[text.codePointAt(index) ?? 0] ?? 0) & KIND;
}
