import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Gray } from "./gray.ts";
import { CROP_HEIGHT, cropWord } from "./word-crop.ts";

function page(paint: (x: number, y: number) => number): Gray {
  const [width, height] = [200, 100];
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, at) => paint(at % width, Math.floor(at / width))) };
}

test("any box, inside the page or not, becomes 32 rows of 8 to 512 columns", () => {
  const blank = page(() => 255);
  const number = fc.double({ min: -300, max: 500, noNaN: true });
  fc.assert(
    fc.property(
      number,
      number,
      fc.double({ min: 0, max: 2000, noNaN: true }),
      fc.double({ min: 0, max: 90, noNaN: true }),
      (x0, y0, w, h) => {
        const { width, height, data } = cropWord(blank, { x0, y0, x1: x0 + w, y1: y0 + h });
        assert.ok(height === CROP_HEIGHT && width >= 8 && width <= 512 && data.length === width * height);
      },
    ),
  );
});

test("a word keeps its shape at any size, with paper around it", () => {
  const box = { x0: 50, y0: 30, x1: 130, y1: 50 };
  const { width, data } = cropWord(
    page((x, y) => (x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1 ? 0 : 255)),
    box,
  );
  // 80 by 20 and room of a fifth and 15 hundredths of the height: 86 by 28.
  assert.equal(width, Math.round((86 * 32) / 28));
  assert.equal(data[16 * width], 255);
  assert.equal(data[16 * width + Math.floor(width / 2)], 0);
  assert.equal(data[Math.floor(width / 2)], 255);
});

test("gray print is brought to black on white; paper without print stays as it is", () => {
  const box = { x0: 50, y0: 30, x1: 130, y1: 50 };
  const faded = cropWord(
    page((x) => (x % 16 < 8 ? 90 : 200)),
    box,
  );
  assert.equal(Math.min(...faded.data), 0);
  assert.equal(Math.max(...faded.data), 255);
  const paper = cropWord(
    page((x) => 200 + (x % 3)),
    box,
  );
  assert.ok(paper.data.every((value) => value >= 200 && value <= 202));
});
