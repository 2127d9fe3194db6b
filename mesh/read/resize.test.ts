import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { resizeGray } from "./resize.ts";

test("resizeGray keeps a flat picture flat at any size", () => {
  const side = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (...[fromWidth, fromHeight, width, height, value]) => {
      const out = resizeGray(
        { width: fromWidth, height: fromHeight, data: new Uint8Array(fromWidth * fromHeight).fill(value) },
        width,
        height,
      );
      assert.deepEqual([out.width, out.height, out.data.length], [width, height, width * height]);
      assert.ok(out.data.every((pixel) => pixel === value));
    }),
  );
});

test("resizeGray blends between rows when it stretches", () => {
  const out = resizeGray({ width: 1, height: 2, data: Uint8Array.of(0, 200) }, 1, 4);
  assert.deepEqual([...out.data], [0, 50, 150, 200]);
});

test("resizeGray averages when it shrinks by two, so that no line is lost", () => {
  const out = resizeGray({ width: 2, height: 2, data: Uint8Array.of(0, 255, 255, 255) }, 1, 1);
  assert.deepEqual([...out.data], [191]);
});
