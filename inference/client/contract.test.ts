import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ModelMetadataResponse } from "../../proto/inference/grpc_service.pb.ts";
import { checkContract } from "./contract.ts";
import type { ModelContract } from "./contract.ts";

const CONTRACT: ModelContract = {
  name: "m",
  inputs: [{ name: "x", datatype: "FP32", shape: [-1, 4] }],
  outputs: [{ name: "y", datatype: "INT64", shape: [-1] }],
};
const SERVED: ModelMetadataResponse = {
  name: "m",
  versions: ["1"],
  platform: "onnxruntime_onnx",
  inputs: [{ name: "x", datatype: "FP32", shape: [-1n, 4n] }],
  outputs: [{ name: "y", datatype: "INT64", shape: [-1n] }],
};

describe("checkContract", () => {
  it("passes the same signature and further outputs", () => {
    checkContract(CONTRACT, SERVED);
    checkContract(CONTRACT, { ...SERVED, outputs: [...SERVED.outputs, { name: "z", datatype: "FP32", shape: [] }] });
  });

  for (const [what, served, message] of [
    [
      "another shape",
      { inputs: [{ name: "x", datatype: "FP32", shape: [-1n, 5n] }] },
      /server has input x FP32 \[-1,5\], the contract needs x FP32 \[-1,4\]/,
    ],
    [
      "another datatype",
      { outputs: [{ name: "y", datatype: "INT32", shape: [-1n] }] },
      /server has output y INT32 \[-1\], the contract needs y INT64 \[-1\]/,
    ],
    ["a missing tensor", { outputs: [] }, /server has outputs none, the contract needs y INT64 \[-1\]/],
    [
      "an input the contract does not know",
      { inputs: [...SERVED.inputs, { name: "mask", datatype: "BOOL", shape: [] }] },
      /also asks for input mask BOOL/,
    ],
  ] as const) {
    it(`refuses ${what} and names both sides`, () => {
      assert.throws(() => checkContract(CONTRACT, { ...SERVED, ...served }), { code: "FAILED_PRECONDITION", message });
    });
  }
});
