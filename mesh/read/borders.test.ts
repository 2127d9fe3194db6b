import assert from "node:assert/strict";
import { test } from "node:test";
import { findBorders, whitenBorders } from "./borders.ts";
import { inkOf } from "./gray.ts";
import { SAMPLE_LETTER, samplePage } from "./sample-page.ts";

test("findBorders sees black scanner edges and whitenBorders leaves only the page", async () => {
  const page = await samplePage(SAMPLE_LETTER);
  const data = page.data.slice();
  for (let y = 0; y < page.height; y += 1) data.fill(0, y * page.width, y * page.width + 40);
  data.fill(0, (page.height - 30) * page.width, (page.height - 2) * page.width);
  const bordered = { ...page, data };
  const margins = findBorders(inkOf(bordered));
  assert.deepEqual(margins, { left: 40, top: 0, right: 0, bottom: 30 });
  // A deep comparison of millions of pixels would not end when it fails.
  assert.ok(Buffer.from(whitenBorders(bordered, margins).data).equals(Buffer.from(page.data)));
});

test("findBorders leaves rules, a page of ink and blank paper alone", () => {
  const none = { left: 0, top: 0, right: 0, bottom: 0 };
  const ruled = new Uint8Array(300 * 400);
  ruled.fill(1, 100 * 300, 101 * 300);
  assert.deepEqual(findBorders({ width: 300, height: 400, data: ruled }), none);
  assert.deepEqual(findBorders({ width: 300, height: 400, data: new Uint8Array(300 * 400).fill(1) }), none);
  assert.deepEqual(findBorders({ width: 300, height: 400, data: new Uint8Array(300 * 400) }), none);
});
