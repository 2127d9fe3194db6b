import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { InferTensorContents } from "../../proto/inference/grpc_service.pb.ts";
import { packBytes, unpackBytes } from "../bytes-tensor.ts";
import { isEmptyContents, rawFromContents } from "./contents.ts";

const contents = (change: Partial<InferTensorContents>) => ({ ...InferTensorContents.fromPartial({}), ...change });

describe("contents", () => {
  it("packs and unpacks any elements", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (elements) => {
        const unpacked = unpackBytes(packBytes(elements));
        assert.deepEqual(
          unpacked?.map((element) => [...element]),
          elements.map((element) => [...element]),
        );
      }),
    );
  });

  it("gives undefined for a length that is cut off or reaches beyond the data", () => {
    assert.equal(unpackBytes(Buffer.from([1, 0])), undefined);
    assert.equal(unpackBytes(Buffer.from([9, 0, 0, 0, 65])), undefined);
  });

  it("writes every datatype little-endian", () => {
    const raw = (datatype: Parameters<typeof rawFromContents>[1]["datatype"], change: Partial<InferTensorContents>, count = 1) => [
      ...rawFromContents(contents(change), { name: "x", datatype, count }),
    ];
    assert.deepEqual(raw("BOOL", { boolContents: [true, false] }, 2), [1, 0]);
    assert.deepEqual(raw("INT8", { intContents: [-1] }), [255]);
    assert.deepEqual(raw("INT16", { intContents: [-2] }), [254, 255]);
    assert.deepEqual(raw("INT32", { intContents: [1] }), [1, 0, 0, 0]);
    assert.deepEqual(
      raw("INT64", { int64Contents: [-1n] }),
      Array.from({ length: 8 }, () => 255),
    );
    assert.deepEqual(raw("UINT8", { uintContents: [200] }), [200]);
    assert.deepEqual(raw("UINT16", { uintContents: [258] }), [2, 1]);
    assert.deepEqual(raw("UINT32", { uintContents: [258] }), [2, 1, 0, 0]);
    assert.deepEqual(raw("UINT64", { uint64Contents: [258n] }), [2, 1, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(raw("FP32", { fp32Contents: [1] }), [0, 0, 128, 63]);
    assert.deepEqual(raw("FP64", { fp64Contents: [1] }), [0, 0, 0, 0, 0, 0, 240, 63]);
    assert.deepEqual(raw("BYTES", { bytesContents: [Buffer.from("A")] }), [1, 0, 0, 0, 65]);
  });

  it("refuses half floats, another list and another count", () => {
    const bad = (datatype: "FP16" | "FP32", change: Partial<InferTensorContents>) => () =>
      rawFromContents(contents(change), { name: "x", datatype, count: 2 });
    assert.throws(bad("FP16", { fp32Contents: [1, 2] }), { code: "INVALID_ARGUMENT" });
    assert.throws(bad("FP32", { fp64Contents: [1, 2] }), { code: "INVALID_ARGUMENT" });
    assert.throws(bad("FP32", { fp32Contents: [1] }), /it has 1 elements, its shape needs 2/);
    assert.throws(bad("FP32", { fp32Contents: [1, 2], intContents: [1] }), { code: "INVALID_ARGUMENT" });
  });

  it("knows empty contents", () => {
    assert.equal(isEmptyContents(undefined), true);
    assert.equal(isEmptyContents(contents({})), true);
    assert.equal(isEmptyContents(contents({ boolContents: [false] })), false);
  });
});
