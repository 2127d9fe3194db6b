import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Affine, compose, invert, quarterTurn, scaling, tilt, translation, warp } from "./affine.ts";

function apply([a, b, c, d, e, f]: Affine, [x, y]: readonly [number, number]): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

const close = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, index) => Math.abs(value - (b[index] ?? Number.NaN)) < 1e-6);

test("a matrix and its inverse undo each other", () => {
  const number = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(number, number, number, fc.double({ min: -0.2, max: 0.2, noNaN: true }), (degrees, x, y, shear) => {
      const matrix = compose(translation(x, y), compose(scaling(2, 3), tilt(degrees, [300, 400], shear)));
      assert.ok(close(apply(compose(invert(matrix), matrix), [x, y]), [x, y]));
    }),
  );
});

test("a tilt leaves its center in place and turns clockwise", () => {
  assert.ok(close(apply(tilt(30, [10, 20]), [10, 20]), [10, 20]));
  assert.ok(close(apply(tilt(90, [0, 0]), [1, 0]), [0, 1]));
});

test("quarter turns map corners to corners", () => {
  assert.ok(close(apply(quarterTurn(90, 8, 6), [0, 0]), [6, 0]));
  assert.ok(close(apply(quarterTurn(180, 8, 6), [0, 0]), [8, 6]));
  assert.ok(close(apply(quarterTurn(270, 8, 6), [8, 0]), [0, 0]));
});

const source = { width: 4, height: 3, data: Uint8Array.from([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]) };

test("moving by whole pixels copies them, and what was outside is white", () => {
  const moved = warp(source, translation(1, 1), { width: 4, height: 3 });
  assert.deepEqual([...moved.data], [255, 255, 255, 255, 255, 0, 10, 20, 255, 40, 50, 60]);
  const cropped = warp(source, translation(-1, 0), { width: 2, height: 2 });
  assert.deepEqual([...cropped.data], [10, 20, 50, 60]);
});

test("half a pixel interpolates", () => {
  const moved = warp(source, translation(-0.5, 0), { width: 2, height: 1 });
  assert.deepEqual([...moved.data], [5, 15]);
});
