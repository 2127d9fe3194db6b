import assert from "node:assert/strict";
import { test } from "node:test";
import { buildContactSheet } from "./contact-sheet.ts";

test("buildContactSheet sets each box in its own band, in order, without overlap", () => {
  const page = { width: 100, height: 100, data: new Uint8Array(10_000) };
  const boxes = [
    { x0: 10, y0: 10, x1: 50, y1: 24 },
    { x0: 60, y0: 40, x1: 90, y1: 52 },
    { x0: -5, y0: 90, x1: 20, y1: 120 },
  ];
  const sheet = buildContactSheet(page, boxes);
  assert.equal(sheet.bands.length, 3);
  sheet.bands.forEach((band, index) => {
    const before = sheet.bands[index - 1];
    assert.ok(before === undefined || before.bottom <= band.top);
    const rows = sheet.image.data.subarray(band.top * sheet.image.width, band.bottom * sheet.image.width);
    assert.ok(rows.includes(0), "the ink of the box is in its band");
  });
  assert.equal(sheet.image.data.length, sheet.image.width * sheet.image.height);
});

test("buildContactSheet of no boxes is an empty sheet", () => {
  const sheet = buildContactSheet({ width: 1, height: 1, data: Uint8Array.of(255) }, []);
  assert.deepEqual(sheet.bands, []);
});
