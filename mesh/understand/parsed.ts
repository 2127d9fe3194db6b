/**
 * What stands behind a value besides the ink: `passed` a check digit, a code list or a sum; `shape` only the form fits;
 * `failed` the check exists and does not hold; `none` there is nothing to check against.
 */
export type Check = "passed" | "shape" | "failed" | "none";

/** A value found in a text, with the stretch of the text it was read from. */
export interface Parsed {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** Names of the normalizers and repairs applied, in order. */
  readonly steps: readonly string[];
  readonly check: Check;
}

/** Finds the first value of its kind in a text. */
export type Parser = (text: string) => Parsed | undefined;
