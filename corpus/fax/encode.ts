import { BitWriter } from "./bit-writer.ts";
import type { Bitmap } from "./bitmap.ts";
import { codeWord, type RunCodes, runCodes } from "./codes.ts";

/** `g3-1d`: T.4 one-dimensional; `g3-2d`: T.4 two-dimensional; `g4`: T.6. */
export type Coding = "g3-1d" | "g3-2d" | "g4";

const EOL = codeWord("000000000001");
const PASS = codeWord("0001");
const HORIZONTAL = codeWord("001");
/** Vertical mode, by a1 minus b1 from -3 to 3. */
const VERTICAL = ["0000010", "000010", "010", "1", "011", "000011", "0000011"].map(codeWord);
const ONE = codeWord("1");
const ZERO = codeWord("0");
/** Every so many lines of g3-2d one is coded alone (T.4 4.2.1: 2 at standard, 4 at fine resolution). */
const K = 4;

interface Encoder {
  readonly out: BitWriter;
  readonly white: RunCodes;
  readonly black: RunCodes;
  readonly width: number;
}

/** Codes a page as ITU-T T.4 or T.6 data, most significant bit first, one strip. */
export function encodeFax(bitmap: Bitmap, coding: Coding): Uint8Array {
  const encoder: Encoder = { out: new BitWriter(), ...runCodes(), width: bitmap.width };
  let above: Uint8Array = new Uint8Array(bitmap.width);
  for (let y = 0; y < bitmap.height; y += 1) {
    const row = bitmap.data.subarray(y * bitmap.width, (y + 1) * bitmap.width);
    encodeLine(encoder, row, above, { coding, y });
    above = row;
  }
  if (coding === "g4") for (const word of [EOL, EOL]) encoder.out.write(word);
  return encoder.out.finish();
}

function encodeLine(encoder: Encoder, row: Uint8Array, above: Uint8Array, line: { readonly coding: Coding; readonly y: number }): void {
  if (line.coding === "g4") return encodeTwoDimensional(encoder, row, above);
  encoder.out.write(EOL);
  if (line.coding === "g3-1d") return encodeOneDimensional(encoder, row);
  const alone = line.y % K === 0;
  encoder.out.write(alone ? ONE : ZERO);
  if (alone) encodeOneDimensional(encoder, row);
  else encodeTwoDimensional(encoder, row, above);
}

function encodeOneDimensional(encoder: Encoder, row: Uint8Array): void {
  let at = 0;
  let color = 0;
  while (at < encoder.width) {
    const end = runEnd(row, at, color);
    writeRun(encoder, color, end - at);
    at = end;
    color = 1 - color;
  }
}

/** T.4 4.2.1.3: a0 is the start of what is left, a1 and a2 the next changes on this line, b1 and b2 on the line above. */
function encodeTwoDimensional(encoder: Encoder, row: Uint8Array, above: Uint8Array): void {
  const { out, width } = encoder;
  let a0 = -1;
  let color = 0;
  while (a0 < width) {
    const start = Math.max(a0, 0);
    const a1 = runEnd(row, start, color);
    const b1 = changeAbove(above, a0, color);
    const b2 = runEnd(above, b1, 1 - color);
    if (b2 < a1) {
      out.write(PASS);
      a0 = b2;
      continue;
    }
    const vertical = VERTICAL[a1 - b1 + 3];
    if (vertical !== undefined && Math.abs(a1 - b1) <= 3) {
      out.write(vertical);
      a0 = a1;
      color = 1 - color;
      if (a0 >= width) return;
      continue;
    }
    const a2 = runEnd(row, a1, 1 - color);
    out.write(HORIZONTAL);
    writeRun(encoder, color, a1 - start);
    writeRun(encoder, 1 - color, a2 - a1);
    a0 = a2;
  }
}

/** First pixel at or after `from` that has not `color`. */
function runEnd(row: Uint8Array, from: number, color: number): number {
  let at = from;
  while (at < row.length && row[at] === color) at += 1;
  return at;
}

/** b1: first change on the line above to the right of a0 and to the colour opposite of `color`. */
function changeAbove(above: Uint8Array, a0: number, color: number): number {
  let at = a0 + 1;
  while (at < above.length && !(above[at] !== color && (at === 0 ? 0 : above[at - 1]) === color)) at += 1;
  return at;
}

function writeRun(encoder: Encoder, color: number, length: number): void {
  const codes = color === 0 ? encoder.white : encoder.black;
  let left = length;
  while (left >= 2624) left -= writeMakeup(encoder, codes, 2560);
  if (left >= 64) left -= writeMakeup(encoder, codes, left - (left % 64));
  const word = codes.terminating[left];
  if (word !== undefined) encoder.out.write(word);
}

function writeMakeup(encoder: Encoder, codes: RunCodes, run: number): number {
  const word = codes.makeup[run / 64];
  if (word !== undefined) encoder.out.write(word);
  return run;
}
