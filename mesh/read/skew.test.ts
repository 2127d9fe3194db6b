import assert from "node:assert/strict";
import { test } from "node:test";
import { inkOf } from "./gray.ts";
import { resizeGray } from "./resize.ts";
import { deskewGray } from "./rotate.ts";
import { SAMPLE_LETTER, samplePage, skewed } from "./sample-page.ts";
import { skewDegrees } from "./skew.ts";

const square = { x: 200, y: 200 };

for (const degrees of [-4.8, -2.1, -0.6, 0, 0.4, 1.2, 4.5]) {
  test(`skewDegrees finds ${degrees} degrees within a tenth`, async () => {
    const page = await skewed(await samplePage(SAMPLE_LETTER, square), degrees);
    const found = skewDegrees(inkOf(page), 1);
    assert.ok(Math.abs(found - degrees) <= 0.1, `found ${found}`);
  });
}

test("skewDegrees measures standard-fax rows, half as dense as columns", async () => {
  const page = await skewed(await samplePage(SAMPLE_LETTER, square), 1.2);
  const standard = resizeGray(page, page.width, Math.round(page.height / 2));
  const found = skewDegrees(inkOf(standard), 2);
  assert.ok(Math.abs(found - 1.2) <= 0.15, `found ${found}`);
});

test("deskewGray by the skew found leaves a level page", async () => {
  const page = await skewed(await samplePage(SAMPLE_LETTER, square), -1.7);
  const level = deskewGray(page, skewDegrees(inkOf(page), 1));
  assert.ok(Math.abs(skewDegrees(inkOf(level), 1)) <= 0.1);
});

test("skewDegrees of a blank page and of a page of one speck is 0", () => {
  assert.equal(skewDegrees({ width: 300, height: 300, data: new Uint8Array(90_000) }, 1), 0);
  const speck = new Uint8Array(90_000);
  speck[45_150] = 1;
  assert.equal(skewDegrees({ width: 300, height: 300, data: speck }, 1), 0);
});
