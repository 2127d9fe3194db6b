import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findComponents } from "./components.ts";
import type { Ink } from "./gray.ts";

/** Ink from rows of text, # = ink. */
function ink(...rows: readonly string[]): Ink {
  const width = rows[0]?.length ?? 0;
  return { width, height: rows.length, data: Uint8Array.from(rows.join(""), (mark) => (mark === "#" ? 1 : 0)) };
}

/** Areas by flood fill, smallest first: the slow way the fast one must agree with. */
function floodAreas(picture: Ink): number[] {
  const left = picture.data.slice();
  const areas: number[] = [];
  for (let start = left.indexOf(1); start !== -1; start = left.indexOf(1)) {
    const stack = [start];
    let area = 0;
    left[start] = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      area += 1;
      const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(picture.height - 1, y + 1); ny += 1) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(picture.width - 1, x + 1); nx += 1) {
          const next = ny * picture.width + nx;
          if (left[next] !== 1) continue;
          left[next] = 0;
          stack.push(next);
        }
      }
    }
    areas.push(area);
  }
  return areas.sort((a, b) => a - b);
}

test("findComponents joins corners and keeps apart what does not touch", () => {
  const found = findComponents(ink("#..#", ".#..", "...#"));
  assert.equal(found.count, 3);
  assert.deepEqual([...found.area].sort(), [1, 1, 2]);
});

test("findComponents joins the arms of a U at its bottom", () => {
  const found = findComponents(ink("#.#", "#.#", "###"));
  assert.equal(found.count, 1);
  assert.deepEqual([found.x0[0], found.y0[0], found.x1[0], found.y1[0], found.area[0]], [0, 0, 2, 2, 7]);
});

test("findComponents agrees with flood fill on any picture", () => {
  const pictures = fc
    .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }))
    .chain(([width, height]) =>
      fc
        .array(fc.integer({ min: 0, max: 1 }), { minLength: width * height, maxLength: width * height })
        .map((data) => ({ width, height, data: Uint8Array.from(data) })),
    );
  fc.assert(
    fc.property(pictures, (picture) => {
      const found = findComponents(picture);
      assert.deepEqual(
        [...found.area].sort((a, b) => a - b),
        floodAreas(picture),
      );
    }),
    { numRuns: 400 },
  );
});

test("findComponents returns nothing for blank paper", () => {
  assert.equal(findComponents(ink("....", "....")).count, 0);
});
