import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { resizeGray } from "./resize.ts";

test("resizeGray keeps a flat picture flat at any size", () => {
  const side = fc.integer({ min: 1, max: 30 });
  const size = fc.record({ width: side, height: side });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 0, max: 255 }), (from, { width, height }, value) => {
      const out = resizeGray({ ...from, data: new Uint8Array(from.width * from.height).fill(value) }, width, height);
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
