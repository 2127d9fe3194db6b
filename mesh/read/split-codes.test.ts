import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecognizedWord } from "./recognize-engine.ts";
import { findSplitCodes, joinWords } from "./split-codes.ts";

const word = (text: string, x0: number, x1: number, line = 0): RecognizedWord => ({
  text,
  x0,
  x1,
  y0: 100,
  y1: 120,
  confidence: 0.9,
  line,
  block: 0,
});

test("findSplitCodes sees digits that face each other over a narrow gap", () => {
  assert.deepEqual(findSplitCodes([word("Id", 0, 20), word("IP30269273", 30, 190), word("11", 198, 220)]), [{ first: 1, second: 2 }]);
});

for (const [what, words] of [
  ["a gap wider than a space", [word("30", 0, 20), word("90", 32, 52)]],
  ["another line", [word("30", 0, 20), word("90", 24, 44, 1)]],
  ["a date with a comma", [word("4,", 0, 20), word("2026", 27, 67)]],
  ["an area code", [word("(860)", 0, 50), word("555-0142", 57, 120)]],
  ["letters", [word("code", 0, 50), word("J1745", 57, 120)]],
] as const) {
  test(`findSplitCodes leaves ${what} alone`, () => {
    assert.deepEqual(findSplitCodes(words), []);
  });
}

test("joinWords covers both boxes and believes the weaker half", () => {
  const joined = joinWords(word("BF679971", 10, 90), { ...word("18", 97, 120), confidence: 0.6 });
  assert.deepEqual([joined.text, joined.x0, joined.x1, joined.confidence], ["BF67997118", 10, 120, 0.6]);
});
