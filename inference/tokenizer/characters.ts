import { readFileSync } from "node:fs";
import { z } from "zod";

/** What a code point is to the tokenizers; one bit each, so that a table of bytes holds all. */
export const REMOVED = 1;
export const SPACE = 2;
export const PUNCTUATION = 4;
export const MARK = 8;
export const LETTER = 16;
export const NUMBER = 32;
export const DECOMPOSES = 64;
export const IDEOGRAPH = 128;

const CODE_POINTS = 0x110000;

/** First and last code point of each range, one after the other. */
const ranges = z.array(
  z
    .int()
    .min(0)
    .max(CODE_POINTS - 1),
);
const tableSchema = z.strictObject({
  removed: ranges,
  space: ranges,
  punctuation: ranges,
  mark: ranges,
  letter: ranges,
  number: ranges,
  decomposes: ranges,
  ideograph: ranges,
});

/**
 * Classes of all code points, as the `tokenizers` library of Python has them: it was built with tables of several Unicode
 * versions, all older than that of Node, so neither is computed here. A byte of the constants above per code point, 1.1 MB.
 */
export function readCharacters(): Uint8Array {
  const file = new URL("./data/characters.json", import.meta.url);
  const table = tableSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const classes = new Uint8Array(CODE_POINTS);
  mark(classes, table.removed, REMOVED);
  mark(classes, table.space, SPACE);
  mark(classes, table.punctuation, PUNCTUATION);
  mark(classes, table.mark, MARK);
  mark(classes, table.letter, LETTER);
  mark(classes, table.number, NUMBER);
  mark(classes, table.decomposes, DECOMPOSES);
  mark(classes, table.ideograph, IDEOGRAPH);
  return classes;
}

function mark(classes: Uint8Array, bounds: readonly number[], bit: number): void {
  for (let index = 0; index + 1 < bounds.length; index += 2) {
    const end = bounds[index + 1] ?? 0;
    for (let code = bounds[index] ?? 0; code <= end; code += 1) classes[code] = (classes[code] ?? 0) | bit;
  }
}
