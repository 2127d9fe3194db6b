import { PUNCTUATION, SPACE } from "./characters.ts";

/** Receives a word: its first unit and the one behind its last. */
export type OnWord = (start: number, end: number) => void;

/** The pre-tokenizer "BertPreTokenizer": words are parted by white space, and every punctuation mark is a word. */
export function splitBertWords(text: string, classes: Uint8Array, onWord: OnWord): void {
  let start = 0;
  for (let index = 0; index < text.length; ) {
    const code = text.codePointAt(index) ?? 0;
    const end = index + (code > 0xffff ? 2 : 1);
    const bits = classes[code] ?? 0;
    if ((bits & (SPACE | PUNCTUATION)) !== 0) {
      if (start < index) onWord(start, index);
      if ((bits & PUNCTUATION) !== 0) onWord(index, end);
      start = end;
    }
    index = end;
  }
  if (start < text.length) onWord(start, text.length);
}
