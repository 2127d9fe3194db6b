/**
 * Code lengths of HPACK's Huffman code by byte, the end of string last (RFC 7541, appendix B). The code is canonical: codes of
 * one length follow each other in the order of their bytes, so the lengths are all of it.
 */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10,
  12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7,
  7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22,
  23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22,
  23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20,
  24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
] as const;
const END_OF_STRING = 256;
/** Padding is shorter than a byte. */
const MAX_PADDING_BITS = 7;

interface LengthClass {
  /** Code of the first symbol. */
  readonly first: number;
  readonly symbols: readonly number[];
}

/** Symbols by code length, so that a code of `n` bits is `symbols[code - first]`. */
const CLASSES: readonly LengthClass[] = lengthClasses();

function lengthClasses(): readonly LengthClass[] {
  const longest = Math.max(...LENGTHS);
  const classes: LengthClass[] = [];
  let code = 0;
  for (let length = 0; length <= longest; length += 1) {
    const symbols = LENGTHS.flatMap((own, symbol) => (own === length ? [symbol] : []));
    classes.push({ first: code, symbols });
    code = (code + symbols.length) * 2;
  }
  return classes;
}

/** The text of a Huffman-coded string; undefined when it is none: a wrong padding, or the end of string inside. */
export function decodeHuffman(bytes: Uint8Array): string | undefined {
  const symbols: number[] = [];
  let [code, length] = [0, 0];
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      code = code * 2 + ((byte >> bit) & 1);
      length += 1;
      const found = CLASSES[length];
      if (found === undefined) return undefined;
      const symbol = found.symbols[code - found.first];
      if (symbol === undefined || code < found.first) continue;
      if (symbol === END_OF_STRING) return undefined;
      symbols.push(symbol);
      [code, length] = [0, 0];
    }
  }
  const isPadding = length <= MAX_PADDING_BITS && code === 2 ** length - 1;
  return isPadding ? Buffer.from(symbols).toString("latin1") : undefined;
}
