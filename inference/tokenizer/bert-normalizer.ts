import { DECOMPOSES, IDEOGRAPH, MARK, REMOVED, SPACE } from "./characters.ts";
import type { SourceText } from "./source-text.ts";

/** The normalizer "BertNormalizer" of a tokenizer.json. */
export interface BertOptions {
  /** Removes control characters and makes every white space a space. */
  readonly cleanText: boolean;
  /** Puts spaces around ideographs, so that each is a word. */
  readonly handleIdeographs: boolean;
  readonly stripAccents: boolean;
  readonly lowercase: boolean;
}

/** Spare room beyond the units of the original; ideographs and some accented letters need it. */
const SPARE_UNITS = 8;

/** Marks in the table of single units: not met yet, and becomes something else than one unit. */
const UNKNOWN = -1;
const SEVERAL = -2;

/**
 * Normalizes as BERT does, code point by code point. Marks that survive keep their order: canonical reordering would only
 * move those that no vocabulary knows, so ids are the same, and their place may be that of the mark beside them.
 */
export function createBertNormalizer(options: BertOptions, classes: Uint8Array): (source: SourceText) => SourceText {
  /** What the units of the basic plane become, most of them one unit, and what the others become; bounded by Unicode. */
  const single = new Int32Array(0x10000).fill(UNKNOWN);
  const several = new Map<number, string>();
  const learn = (code: number): string => {
    const result = several.get(code) ?? normalizeCodePoint(code, options, classes);
    if (code < single.length) single[code] = result.length === 1 ? result.charCodeAt(0) : SEVERAL;
    if (result.length !== 1 || code >= single.length) several.set(code, result);
    return result;
  };
  return (source) => {
    const { text, base } = source;
    const growing = new Growing(text.length);
    for (let index = 0; index < text.length; ) {
      const code = text.codePointAt(index) ?? 0;
      const end = index + (code > 0xffff ? 2 : 1);
      const unit = code > 0xffff ? SEVERAL : (single[code] ?? UNKNOWN);
      if (unit >= 0) growing.addUnit(unit, base + index, base + end);
      else growing.add(learn(code), base + index, base + end);
      index = end;
    }
    return growing.finish(base);
  };
}

function normalizeCodePoint(code: number, options: BertOptions, classes: Uint8Array): string {
  const bits = classes[code] ?? 0;
  if (options.cleanText && (bits & REMOVED) !== 0) return "";
  if (options.cleanText && (bits & SPACE) !== 0) return " ";
  let text = String.fromCodePoint(code);
  if (options.stripAccents) {
    if ((bits & DECOMPOSES) !== 0) text = text.normalize("NFD");
    text = [...text].filter((character) => ((classes[character.codePointAt(0) ?? 0] ?? 0) & MARK) === 0).join("");
  }
  // One by one: in a whole word, a final sigma would become another letter.
  if (options.lowercase) text = [...text].map((character) => character.toLowerCase()).join("");
  return options.handleIdeographs && (bits & IDEOGRAPH) !== 0 ? ` ${text} ` : text;
}

/** Collects units and their sources. */
class Growing {
  #units: Uint16Array;
  #starts: Int32Array;
  #ends: Int32Array;
  #length = 0;

  constructor(expected: number) {
    const room = expected + SPARE_UNITS;
    this.#units = new Uint16Array(room);
    this.#starts = new Int32Array(room);
    this.#ends = new Int32Array(room);
  }

  add(text: string, start: number, end: number): void {
    for (let index = 0; index < text.length; index += 1) this.addUnit(text.charCodeAt(index), start, end);
  }

  addUnit(unit: number, start: number, end: number): void {
    if (this.#length === this.#units.length) this.#grow();
    this.#units[this.#length] = unit;
    this.#starts[this.#length] = start;
    this.#ends[this.#length] = end;
    this.#length += 1;
  }

  finish(base: number): SourceText {
    const bytes = Buffer.from(this.#units.buffer, 0, this.#length * 2);
    return { text: bytes.toString("utf16le"), starts: this.#starts, ends: this.#ends, base };
  }

  #grow(): void {
    const room = this.#units.length * 2 + SPARE_UNITS;
    const [units, starts, ends] = [new Uint16Array(room), new Int32Array(room), new Int32Array(room)];
    units.set(this.#units);
    starts.set(this.#starts);
    ends.set(this.#ends);
    [this.#units, this.#starts, this.#ends] = [units, starts, ends];
  }
}
