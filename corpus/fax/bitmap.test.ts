import assert from "node:assert/strict";
import { test } from "node:test";
import { toGray, turn } from "./bitmap.ts";

const page = { width: 3, height: 2, data: Uint8Array.from([1, 2, 3, 4, 5, 6]) };

test("pages turn clockwise", () => {
  assert.deepEqual([...turn(page, 90).data], [4, 1, 5, 2, 6, 3]);
  assert.deepEqual([...turn(page, 180).data], [6, 5, 4, 3, 2, 1]);
  assert.deepEqual([...turn(page, 270).data], [3, 6, 2, 5, 1, 4]);
  assert.deepEqual([turn(page, 90).width, turn(page, 90).height], [2, 3]);
});

test("four quarter turns change nothing", () => {
  assert.deepEqual(turn(turn(turn(turn(page, 90), 90), 90), 90), page);
  assert.equal(turn(page, 0), page);
});

test("black is dark", () => {
  assert.deepEqual([...toGray({ width: 2, height: 1, data: Uint8Array.from([0, 1]) }).data], [255, 0]);
});
