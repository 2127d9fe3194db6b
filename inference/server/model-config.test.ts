import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readModelConfig } from "./model-config.ts";

const TENSORS = 'input [{ name: "x", data_type: TYPE_FP32, dims: [4] }] output [{ name: "y", data_type: TYPE_INT64, dims: [-1, 2] }]';

describe("readModelConfig", () => {
  it("fills in the defaults", () => {
    assert.deepEqual(readModelConfig(TENSORS, "m"), {
      name: "m",
      maxBatchSize: 0,
      inputs: [{ name: "x", datatype: "FP32", dims: [4] }],
      outputs: [{ name: "y", datatype: "INT64", dims: [-1, 2] }],
      fileName: "model.onnx",
      versions: { latest: 1 },
      instances: 1,
      batching: undefined,
      queue: { maxSize: 1_024, rejectExpired: true, defaultTimeoutMs: 0, allowTimeoutOverride: false },
    });
  });

  it("reads batching, queue policy, instances and versions", () => {
    const config = readModelConfig(
      `name: "m" backend: "onnxruntime" max_batch_size: 8 ${TENSORS}
       instance_group [{ count: 2, kind: KIND_CPU }, { kind: KIND_CPU }]
       version_policy { specific { versions: [1, 3] } }
       dynamic_batching { preferred_batch_size: [4, 8] max_queue_delay_microseconds: 2500
         default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 500000 allow_timeout_override: true max_queue_size: 5 } }`,
      "m",
    );
    assert.equal(config.instances, 3);
    assert.deepEqual(config.versions, { specific: [1, 3] });
    assert.deepEqual(config.batching, { maxDelayMs: 2.5 });
    assert.deepEqual(config.queue, { maxSize: 5, rejectExpired: false, defaultTimeoutMs: 500, allowTimeoutOverride: true });
  });

  it("bounds the queue that Triton would leave endless", () => {
    const config = readModelConfig(`max_batch_size: 1 ${TENSORS} dynamic_batching { default_queue_policy { max_queue_size: 0 } }`, "m");
    assert.equal(config.queue.maxSize, 1_024);
  });

  for (const [what, text] of [
    ["another backend", `backend: "tensorrt" ${TENSORS}`],
    ["a field it does not know", `${TENSORS} sequence_batching { }`],
    ["a name that is not the folder's", `name: "other" ${TENSORS}`],
    [
      "a datatype that cannot be held",
      'input { name: "x" data_type: TYPE_BF16 dims: [1] } output { name: "y" data_type: TYPE_FP32 dims: [1] }',
    ],
    ["a model without inputs", 'output { name: "y" data_type: TYPE_FP32 dims: [1] }'],
    ["a field given twice", `max_batch_size: 1 max_batch_size: 2 ${TENSORS}`],
    ["a path as file name", `default_model_filename: "../../secret" ${TENSORS}`],
    ["a GPU instance", `instance_group { kind: KIND_GPU } ${TENSORS}`],
    ["an absurd batch size", `max_batch_size: 1000000 ${TENSORS}`],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => readModelConfig(text, "m"), { code: "INVALID_ARGUMENT" });
    });
  }
});
