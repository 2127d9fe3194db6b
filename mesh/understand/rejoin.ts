import { charWidth } from "./cells.ts";
import { heightOf, unionBox } from "./lines.ts";
import type { Token } from "./tokens.ts";

/** A gap narrower than this many characters may be one that OCR opened inside a number. */
const SPLIT_GAP_CHARS = 1.4;
/** Pieces of a broken number: letters, digits and hyphens with a digit. */
const PIECE = /^[A-Z0-9|-]*\d[A-Z0-9|-]*$/;
/** Pieces that one number breaks into at most. */
const MAX_PIECES = 3;

/** Puts the pieces of a broken identifier at the front of a zone together again: `XDF622A1 1988`. */
export function rejoined(tokens: readonly Token[]): readonly Token[] {
  const [first] = tokens;
  if (first === undefined || !PIECE.test(first.text)) return tokens;
  const width = charWidth({ tokens: [first], height: heightOf(first.box) });
  let count = 1;
  while (count < MAX_PIECES) {
    const [last, next] = [tokens[count - 1], tokens[count]];
    if (last === undefined || next === undefined || !PIECE.test(next.text) || next.box.x0 - last.box.x1 > width * SPLIT_GAP_CHARS) break;
    count += 1;
  }
  return count === 1 ? tokens : [merged(tokens.slice(0, count)), ...tokens.slice(count)];
}

function merged(pieces: readonly Token[]): Token {
  const [first] = pieces as [Token, ...Token[]];
  return {
    ...first,
    text: pieces.map((piece) => piece.text).join(""),
    second: pieces.some((piece) => piece.second !== "") ? pieces.map((piece) => piece.second || piece.text).join("") : "",
    confidence: Math.min(...pieces.map((piece) => piece.confidence)),
    secondConfidence: Math.min(...pieces.map((piece) => piece.secondConfidence)),
    box: unionBox(pieces.map((piece) => piece.box)),
  };
}
