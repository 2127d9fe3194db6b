import assert from "node:assert/strict";
import { test } from "node:test";
import { toPixels } from "./truth.ts";

const box = { x0: 10, y0: 20, x1: 30, y1: 25 };

test("boxes are scaled and moved", () => {
  assert.deepEqual(toPixels(box, [2, 0, 0, 3, 5, -1]), { x0: 25, y0: 59, x1: 65, y1: 74 });
});

test("a quarter turn keeps the corners in order", () => {
  assert.deepEqual(toPixels(box, [0, 1, -1, 0, 100, 0]), { x0: 75, y0: 10, x1: 80, y1: 30 });
});
