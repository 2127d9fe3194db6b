import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Gray } from "./gray.ts";
import { deskewGray, type QuarterTurn, turnGray } from "./rotate.ts";

const pictures: fc.Arbitrary<Gray> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc.uint8Array({ minLength: width * height, maxLength: width * height }).map((data) => ({ width, height, data })),
  );

test("turnGray turns clockwise", () => {
  const gray = { width: 2, height: 1, data: Uint8Array.of(10, 20) };
  assert.deepEqual(turnGray(gray, 90), { width: 1, height: 2, data: Uint8Array.of(10, 20) });
  assert.deepEqual(turnGray(gray, 180), { width: 2, height: 1, data: Uint8Array.of(20, 10) });
  assert.deepEqual(turnGray(gray, 270), { width: 1, height: 2, data: Uint8Array.of(20, 10) });
});

test("turnGray by a turn and then by the rest of the circle gives the picture back", () => {
  fc.assert(
    fc.property(pictures, fc.constantFrom<QuarterTurn>(90, 180, 270), (gray, turn) => {
      const rest = (360 - turn) as QuarterTurn;
      assert.deepEqual(turnGray(turnGray(gray, turn), rest), gray);
    }),
  );
});

test("deskewGray keeps size, paints corners white and leaves the picture alone at 0", () => {
  const gray = { width: 40, height: 30, data: new Uint8Array(1200) };
  assert.equal(deskewGray(gray, 0), gray);
  const turned = deskewGray(gray, 5);
  assert.deepEqual([turned.width, turned.height], [40, 30]);
  assert.equal(turned.data[0], 255);
  assert.equal(turned.data[15 * 40 + 20], 0);
});
