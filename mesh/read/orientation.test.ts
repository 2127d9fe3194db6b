import assert from "node:assert/strict";
import { test } from "node:test";
import { findComponents } from "./components.ts";
import { inkOf } from "./gray.ts";
import { findOrientation } from "./orientation.ts";
import { type QuarterTurn, turnGray } from "./rotate.ts";
import { SAMPLE_LETTER, samplePage, skewed } from "./sample-page.ts";

for (const turned of [0, 90, 180, 270] as const) {
  test(`findOrientation rights a page that lies turned by ${turned} degrees, skew or not`, async () => {
    const letter = await samplePage(SAMPLE_LETTER, { x: 200, y: 200 });
    for (const page of [letter, await skewed(letter, 2)]) {
      const found = findOrientation(findComponents(inkOf(turnGray(page, turned))), 200);
      assert.equal(found.turn, ((360 - turned) % 360) as QuarterTurn);
    }
  });
}

test("findOrientation is uncertain about a page with little text", async () => {
  const page = await samplePage([{ text: "Page 2", x: 200, y: 300 }], { x: 200, y: 200 });
  assert.equal(findOrientation(findComponents(inkOf(page)), 200).certain, false);
});

test("findOrientation is uncertain about capitals and digits, which look alike from both ends", async () => {
  const page = await samplePage(
    Array.from({ length: 12 }, (_, index) => ({ text: "HNX8 0H8X HIN0 80XH 88HN", x: 60, y: 80 + index * 40 })),
    { x: 200, y: 200 },
  );
  assert.equal(findOrientation(findComponents(inkOf(page)), 200).certain, false);
});
