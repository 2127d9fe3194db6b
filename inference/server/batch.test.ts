import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { float32Tensor, toFloat32 } from "../tensor.ts";
import { canJoin, joinInputs, splitOutputs } from "./batch.ts";
import type { CheckedRequest } from "./validate.ts";

const request = (values: readonly number[], width = 1, outputs: readonly string[] = ["y"]): CheckedRequest => {
  const rows = values.length / width;
  return {
    inputs: [float32Tensor("x", [rows, width], Float32Array.from(values))],
    outputs,
    rows,
    bytes: values.length * 4,
    timeoutMs: 0,
    classes: undefined,
    priority: 0,
  };
};

describe("batch", () => {
  it("gives every request exactly its own rows back", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }), (all) => {
        const requests = all.map((values) => request(values));
        const [joined] = joinInputs(requests);
        assert.ok(joined !== undefined);
        const split = splitOutputs([{ ...joined, name: "y" }], requests);
        assert.deepEqual(
          split.map(([own]) => (own === undefined ? [] : [...toFloat32(own)])),
          all.map((values) => [...Float32Array.from(values)]),
        );
      }),
    );
  });

  it("returns only the outputs asked for", () => {
    const requests = [request([1], 1, ["y"]), request([2], 1, ["z"])];
    const outputs = ["y", "z"].map((name) => float32Tensor(name, [2, 1], Float32Array.from([5, 6])));
    const split = splitOutputs(outputs, requests);
    assert.deepEqual(
      split.map((own) => own.map((tensor) => [tensor.name, ...toFloat32(tensor)])),
      [[["y", 5]], [["z", 6]]],
    );
  });

  it("joins equal shapes only", () => {
    assert.equal(canJoin(request([1, 2], 2), request([1, 2, 3, 4], 2)), true);
    assert.equal(canJoin(request([1, 2], 2), request([1, 2, 3], 3)), false);
  });

  it("refuses outputs that do not have the batch's rows", () => {
    const wrong = float32Tensor("y", [1, 1], Float32Array.from([1]));
    assert.throws(() => splitOutputs([wrong], [request([1]), request([2])]), { code: "INTERNAL" });
  });
});
