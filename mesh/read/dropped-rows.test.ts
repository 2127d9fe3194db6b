import assert from "node:assert/strict";
import { test } from "node:test";
import { repairDroppedRows } from "./dropped-rows.ts";
import { inkOf } from "./gray.ts";
import { SAMPLE_LETTER, samplePage } from "./sample-page.ts";

test("repairDroppedRows fills rows lost inside text and gives much of their ink back", async () => {
  const whole = inkOf(await samplePage(SAMPLE_LETTER));
  const rowInk = (data: Uint8Array, y: number) =>
    data.subarray(y * whole.width, (y + 1) * whole.width).reduce((sum, value) => sum + value, 0);
  const lost = Array.from({ length: whole.height }, (_, y) => y).filter((y) => y % 37 === 0 && rowInk(whole.data, y) > 60);
  assert.ok(lost.length > 3);
  const data = whole.data.slice();
  for (const y of lost) data.fill(0, y * whole.width, (y + 1) * whole.width);
  const repaired = repairDroppedRows({ ...whole, data });
  const before = lost.reduce((sum, y) => sum + rowInk(whole.data, y), 0);
  const after = lost.reduce((sum, y) => sum + rowInk(repaired.data, y), 0);
  assert.ok(after > 0.35 * before, `${after} of ${before} pixels came back`);
});

test("repairDroppedRows leaves an undamaged page as it is", async () => {
  const whole = inkOf(await samplePage(SAMPLE_LETTER));
  assert.equal(repairDroppedRows(whole), whole);
});

test("repairDroppedRows keeps the gap between two rules that share little", () => {
  const width = 200;
  const data = new Uint8Array(width * 9);
  data.fill(1, 3 * width, 3 * width + 80);
  data.fill(1, 5 * width + 120, 5 * width + 200);
  const ink = { width, height: 9, data };
  assert.equal(repairDroppedRows(ink), ink);
});
