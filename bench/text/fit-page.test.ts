import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TruthWord } from "../../corpus/truth.ts";
import { type Affine, fitPage, mapBox } from "./fit-page.ts";

/** Words in a grid, each once. */
function grid(count: number): readonly TruthWord[] {
  return Array.from({ length: count }, (_, at) => {
    const [x0, y0] = [40 + (at % 5) * 100, 60 + Math.floor(at / 5) * 30];
    return { text: `word${at}`, page: 1, box: { x0, y0, x1: x0 + 60, y1: y0 + 10 } };
  });
}

const readAs = (words: readonly TruthWord[], affine: Affine) => words.map(({ text, box }) => ({ text, box: mapBox(affine, box) }));

test("too few words, words on one line and another page's words fit nothing", () => {
  const identity: Affine = [1, 0, 0, 1, 0, 0];
  assert.equal(fitPage([], []), undefined);
  assert.equal(fitPage(grid(7), readAs(grid(7), identity)), undefined);
  const line = Array.from({ length: 20 }, (_, at) => ({ text: `word${at}`, page: 1, box: { x0: at, y0: 0, x1: at + 1, y1: 0 } }));
  assert.equal(fitPage(line, readAs(line, identity)), undefined);
  const other = grid(30).map((word, at) => ({ text: word.text, box: grid(30)[(at * 7) % 30]?.box ?? word.box }));
  assert.equal(fitPage(grid(30), other), undefined);
});

test("a page that was scaled, turned and shifted is found again, misreadings apart", () => {
  const turns: readonly (readonly [number, number, number, number])[] = [
    [1, 0, 0, 1],
    [0, 1, -1, 0],
    [-1, 0, 0, -1],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...turns),
      fc.double({ min: 1, max: 4, noNaN: true }),
      fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      ([a, b, c, d], scale, skew) => {
        const affine: Affine = [scale * a, scale * b + skew, scale * c - skew, scale * d, 900, 500];
        const drawn = grid(60);
        const read = readAs(drawn, affine).map((word, at) =>
          at % 10 === 3 ? { ...word, box: mapBox(affine, drawn[0]?.box ?? word.box) } : word,
        );
        const found = fitPage(drawn, read);
        assert.ok(found !== undefined);
        for (const { box } of drawn) {
          const [wanted, got] = [mapBox(affine, box), mapBox(found, box)];
          assert.ok(Math.abs(wanted.x0 - got.x0) < 1 && Math.abs(wanted.y1 - got.y1) < 1);
        }
      },
    ),
    { numRuns: 50 },
  );
});
