import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { elementCount, float32Tensor, isDatatype, toFloat32 } from "./tensor.ts";

describe("tensor", () => {
  it("reads floats out of a slice that is not aligned", () => {
    const bytes = Buffer.alloc(9);
    bytes.writeFloatLE(1.5, 1);
    bytes.writeFloatLE(-2, 5);
    const values = toFloat32({ name: "x", datatype: "FP32", shape: [2], data: bytes.subarray(1) });
    assert.deepEqual([...values], [1.5, -2]);
  });

  it("refuses a tensor whose bytes do not fill its shape, or of another datatype", () => {
    assert.throws(() => toFloat32({ name: "x", datatype: "FP32", shape: [2], data: new Uint8Array(4) }), { code: "INTERNAL" });
    assert.throws(() => toFloat32({ name: "x", datatype: "INT32", shape: [1], data: new Uint8Array(4) }), { code: "INTERNAL" });
    assert.throws(() => float32Tensor("x", [3], new Float32Array(2)), { code: "INVALID_ARGUMENT" });
  });

  it("keeps to the values' own part of a larger buffer", () => {
    const tensor = float32Tensor("x", [1], new Float32Array([1, 2, 3]).subarray(1, 2));
    assert.deepEqual([...toFloat32(tensor)], [2]);
  });

  it("counts elements and knows datatypes by their own names only", () => {
    assert.deepEqual([elementCount([]), elementCount([2, 3]), elementCount([0, 9])], [1, 6, 0]);
    assert.deepEqual(["FP32", "BYTES", "float", "toString"].map(isDatatype), [true, true, false, false]);
  });
});
