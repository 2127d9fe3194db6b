/** A text, changed for the vocabulary, that still knows where each of its UTF-16 units came from. */
export interface SourceText {
  readonly text: string;
  /** Where the source of each unit starts in the original; absent: nothing was changed and unit i is unit `base` + i. */
  readonly starts?: Int32Array;
  /** Where the source of each unit ends. */
  readonly ends?: Int32Array;
  /** Position in the original of the first unit of an unchanged text. */
  readonly base: number;
}

/** Start in the original of the unit at `index`. */
export function sourceStart(source: SourceText, index: number): number {
  return source.starts?.[index] ?? source.base + index;
}

/** End in the original of the unit at `index`. */
export function sourceEnd(source: SourceText, index: number): number {
  return source.ends?.[index] ?? source.base + index + 1;
}

/** A part of an unchanged text, from `start` up to `end`. */
export function unchanged(text: string, start: number, end: number): SourceText {
  return { text: start === 0 && end === text.length ? text : text.slice(start, end), base: start };
}
