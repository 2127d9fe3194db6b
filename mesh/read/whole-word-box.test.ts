import assert from "node:assert/strict";
import { test } from "node:test";
import type { Gray } from "./gray.ts";
import { wholeWordBox } from "./whole-word-box.ts";

/** Paper with ink in the given rectangles. */
function paper(...marks: readonly { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number }[]): Gray {
  const data = new Uint8Array(400 * 100).fill(255);
  for (const mark of marks) for (let y = mark.y0; y < mark.y1; y += 1) data.fill(0, y * 400 + mark.x0, y * 400 + mark.x1);
  return { width: 400, height: 100, data };
}

const WORD = { x0: 100, y0: 40, x1: 160, y1: 60 };
const LETTER = { x0: 163, y0: 40, x1: 167, y1: 60 };

test("wholeWordBox grows over a character that was cut off, on either side", () => {
  assert.ok(wholeWordBox(paper(WORD, LETTER), WORD, [WORD]).x1 >= 167);
  assert.ok(wholeWordBox(paper(WORD, { ...LETTER, x0: 93, x1: 97 }), WORD, [WORD]).x0 <= 93);
});

test("wholeWordBox stops at a gap as wide as one between words", () => {
  const box = wholeWordBox(paper(WORD, { ...LETTER, x0: 175, x1: 180 }), WORD, [WORD]);
  assert.ok(box.x1 < 170);
});

test("wholeWordBox leaves out the rule of a table", () => {
  const box = wholeWordBox(paper(WORD, { x0: 164, y0: 0, x1: 166, y1: 100 }), WORD, [WORD]);
  assert.ok(box.x1 <= 164);
});

test("wholeWordBox stays clear of its neighbors on the line", () => {
  const neighbor = { x0: 164, y0: 41, x1: 190, y1: 60 };
  assert.equal(wholeWordBox(paper(WORD, neighbor), WORD, [WORD, neighbor]).x1, 162);
});

test("wholeWordBox at the edge of the picture looks at nothing outside", () => {
  const edge = { x0: 0, y0: 0, x1: 399, y1: 99 };
  assert.equal(wholeWordBox(paper(edge), edge, []).y1, 99);
});
