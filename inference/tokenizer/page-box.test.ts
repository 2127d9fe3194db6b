import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Box, pageBox } from "./page-box.ts";

const PAGE = { width: 850, height: 1_100 };

test("a box that is no box and a page that is no page are refused", () => {
  for (const box of [
    [Number.NaN, 0, 1, 1],
    [0, 0, Number.POSITIVE_INFINITY, 1],
  ] as const) {
    assert.throws(() => pageBox(box, PAGE), { code: "INVALID_ARGUMENT" });
  }
  for (const page of [
    { width: 0, height: 10 },
    { width: 10, height: -1 },
    { width: Number.NaN, height: 1 },
  ]) {
    assert.throws(() => pageBox([0, 0, 1, 1], page), { code: "INVALID_ARGUMENT" });
  }
});

test("positions are thousandths of the page, rounded down as Python's int() does", () => {
  assert.deepEqual(pageBox([85, 110, 170, 220], PAGE), [100, 100, 200, 200]);
  assert.deepEqual(pageBox([0, 0, 850, 1_100], PAGE), [0, 0, 1_000, 1_000]);
  assert.deepEqual(pageBox([1, 1, 2, 2], PAGE), [1, 0, 2, 1]);
});

test("every box is within the page and has its corners in order", () => {
  const position = fc.double({ min: -5_000, max: 5_000, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(position, position, position, position), (box: Box) => {
      const [x0, y0, x1, y1] = pageBox(box, PAGE);
      assert.ok(0 <= x0 && x0 <= x1 && x1 <= 1_000 && 0 <= y0 && y0 <= y1 && y1 <= 1_000);
      assert.ok([x0, y0, x1, y1].every(Number.isInteger));
    }),
  );
});
