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

function neighbors(picture: Ink, at: number): number[] {
  const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
  const steps = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [x + dx, y + dy] as const));
  return steps
    .filter(([nx, ny]) => nx >= 0 && ny >= 0 && nx < picture.width && ny < picture.height)
    .map(([nx, ny]) => ny * picture.width + nx);
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
      const found = neighbors(picture, at).filter((next) => left[next] === 1);
      for (const next of found) left[next] = 0;
      stack.push(...found);
    }
    areas.push(area);
  }
  return areas.sort((a, b) => a - b);
}

test("findComponents joins corners and keeps apart what does not touch", () => {
  const found = findComponents(ink("#..#", ".#..", "...#"));
  assert.equal(found.count, 3);
  assert.deepEqual(
    [...found.area].sort((a, b) => a - b),
    [1, 1, 2],
  );
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
