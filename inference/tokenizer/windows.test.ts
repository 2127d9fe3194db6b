import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Tokens } from "./tokens.ts";
import { windowsOf } from "./windows.ts";

const FRAMING = { before: [101], after: [102] };

function tokensOf(count: number): Tokens {
  const values = Int32Array.from({ length: count }, (_, index) => index);
  return { ids: values, starts: values, ends: values.map((value) => value + 1), words: values };
}

for (const [maxLength, stride] of [
  [2, 0],
  [5, 3],
  [5, -1],
  [5.5, 0],
  [Number.NaN, 0],
] as const) {
  test(`windows of ${maxLength} with stride ${stride} are refused, because the text would never end`, () => {
    assert.throws(() => windowsOf(tokensOf(9), FRAMING, { maxLength, stride }), { code: "INVALID_ARGUMENT" });
  });
}

test("a text that fits has one window, an empty one too", () => {
  assert.deepEqual(
    windowsOf(tokensOf(3), FRAMING, { maxLength: 5, stride: 1 }).map(({ ids, words }) => [[...ids], [...words]]),
    [
      [
        [101, 0, 1, 2, 102],
        [-1, 0, 1, 2, -1],
      ],
    ],
  );
  assert.deepEqual(
    windowsOf(tokensOf(0), FRAMING, { maxLength: 5, stride: 1 }).map(({ ids }) => [...ids]),
    [[101, 102]],
  );
});

test("windows overlap by the stride, hold every token, and the last one is needed", () => {
  const sizes = fc.record({
    count: fc.integer({ min: 0, max: 60 }),
    room: fc.integer({ min: 1, max: 20 }),
    share: fc.double({ min: 0, max: 0.99, noNaN: true }),
  });
  fc.assert(
    fc.property(sizes, ({ count, room, share }) => {
      const stride = Math.floor((room - 1) * share);
      const windows = windowsOf(tokensOf(count), FRAMING, { maxLength: room + 2, stride });
      const inner = windows.map(({ ids }) => [...ids].slice(1, -1));
      assert.deepEqual([...new Set(inner.flat())], [...tokensOf(count).ids]);
      for (const [index, window] of inner.entries()) {
        assert.ok(window.length <= room);
        if (index > 0) assert.deepEqual(window.slice(0, stride), inner[index - 1]?.slice(room - stride));
        if (index < inner.length - 1) assert.equal(window.length, room);
      }
      const rest = inner.slice(0, -1).flat();
      assert.ok(windows.length === 1 || !rest.includes(count - 1));
    }),
  );
});
