import type { Lab } from "../codes/labs.ts";
import type { PhraseIndex } from "./label-index.ts";
import { ocrDistance } from "./ocr-distance.ts";
import { parsePlainText } from "./parse-text.ts";
import type { Parsed } from "./parsed.ts";

const FLAGS: Readonly<Record<string, string>> = {
  h: "high",
  hi: "high",
  high: "high",
  hh: "high",
  above: "high",
  l: "low",
  lo: "low",
  low: "low",
  ll: "low",
  i: "low",
  "1": "low",
  "|": "low",
  below: "low",
  n: "normal",
  normal: "normal",
  nl: "normal",
  wnl: "normal",
  ok: "normal",
};

/** Edits by which a unit may be misread; look-alikes count a third. */
const MAX_UNIT_ERROR = 1;

/** A test of the list, spelled as the list spells it; else the cell's text. */
export function parseLabTest(text: string, tests: PhraseIndex<Lab>): Parsed | undefined {
  const bare = text.replace(/\s*\([^)]*\)\s*$/, "").replace(/[,;:*]+$/, "");
  const match = tests.match(bare)[0] ?? tests.match(text)[0];
  if (match === undefined) return parsePlainText(text);
  return { value: match.phrase.text, start: 0, end: text.length, steps: match.score === 1 ? [] : ["lexicon_fuzzy"], check: "passed" };
}

/** The unit as the list spells it, where it is one misread character away from exactly one; else as printed. */
export function parseUnit(text: string, units: readonly string[]): Parsed | undefined {
  const value = text.replace(/\s+/g, "").replace(/[|\][,;:]+$/, "");
  if (!/[A-Za-z%]/.test(value)) return undefined;
  if (units.includes(value)) return { value, start: 0, end: text.length, steps: [], check: "passed" };
  const near = units.filter((unit) => ocrDistance(unit, value, MAX_UNIT_ERROR) <= MAX_UNIT_ERROR);
  const only = near.length === 1 ? near[0] : undefined;
  if (only === undefined) return { value, start: 0, end: text.length, steps: [], check: "none" };
  return { value: only, start: 0, end: text.length, steps: ["lexicon_fuzzy"], check: "passed" };
}

/** High, low or normal from the letter or word a report prints. */
export function parseFlag(text: string): Parsed | undefined {
  const word = /^\W*([A-Za-z]+|[1|])\W*$/.exec(text);
  const value = FLAGS[(word?.[1] ?? "").toLowerCase()];
  if (word === null || value === undefined) return undefined;
  return { value, start: word.index, end: word.index + word[0].length, steps: ["choice"], check: "passed" };
}
