import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkModelConfig, readModelConfig } from "./model-config.ts";

const TENSORS = 'input [{ name: "x", data_type: TYPE_FP32, dims: [4] }] output [{ name: "y", data_type: TYPE_INT64, dims: [-1, 2] }]';

describe("readModelConfig", () => {
  it("fills in the defaults", () => {
    const { written, ...config } = readModelConfig(TENSORS, "m");
    assert.equal(written.name, undefined);
    assert.deepEqual(config, {
      name: "m",
      backend: "onnxruntime",
      maxBatchSize: 0,
      inputs: [{ name: "x", datatype: "FP32", dims: [4] }],
      outputs: [{ name: "y", datatype: "INT64", dims: [-1, 2] }],
      fileName: "model.onnx",
      versions: { latest: 1 },
      instances: 1,
      batching: undefined,
      queues: [{ maxSize: 1_024, rejectExpired: true, defaultTimeoutMs: 0, allowTimeoutOverride: false }],
      defaultLevel: 0,
      delayMs: 0,
    });
  });

  it("reads batching, queue policy, instances and versions", () => {
    const config = readModelConfig(
      `name: "m" backend: "onnxruntime" max_batch_size: 8 ${TENSORS}
       instance_group [{ count: 2, kind: KIND_CPU }, { kind: KIND_CPU }]
       version_policy { specific { versions: [1, 3] } }
       dynamic_batching { preferred_batch_size: [8, 4] max_queue_delay_microseconds: 2500
         default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 500000 allow_timeout_override: true max_queue_size: 5 } }`,
      "m",
    );
    assert.equal(config.instances, 3);
    assert.deepEqual(config.versions, { specific: [1, 3] });
    assert.deepEqual(config.batching, { maxDelayMs: 2.5, preferred: [4, 8], preserveOrdering: false });
    const ordered = readModelConfig(`max_batch_size: 8 ${TENSORS} dynamic_batching { preserve_ordering: true }`, "m");
    assert.deepEqual(ordered.batching, { maxDelayMs: 0, preferred: [], preserveOrdering: true });
    assert.deepEqual(config.queues, [{ maxSize: 5, rejectExpired: false, defaultTimeoutMs: 500, allowTimeoutOverride: true }]);
  });

  it("reads priorities with a queue policy each", () => {
    const config = readModelConfig(
      `max_batch_size: 8 ${TENSORS} dynamic_batching { priority_levels: 3 default_priority_level: 2
         default_queue_policy { max_queue_size: 9 } priority_queue_policy { key: 1 value { max_queue_size: 4 } } }`,
      "m",
    );
    assert.deepEqual(
      config.queues.map(({ maxSize }) => maxSize),
      [4, 9, 9],
    );
    assert.equal(config.defaultLevel, 1);
  });

  it("reads reshape, optional inputs, labels and what only tunes", () => {
    const config = readModelConfig(
      `input { name: "x" data_type: TYPE_FP16 dims: [1] reshape { shape: [] } optional: true }
       output { name: "y" data_type: TYPE_FP32 dims: [2] label_filename: "labels.txt" }
       optimization { execution_accelerators { gpu_execution_accelerator { name: "tensorrt" parameters { key: "precision_mode" value: "FP16" } } } }`,
      "m",
    );
    assert.deepEqual(config.inputs, [{ name: "x", datatype: "FP16", dims: [1], reshape: [], optional: true }]);
    assert.deepEqual(config.outputs, [{ name: "y", datatype: "FP32", dims: [2], labelFile: "labels.txt" }]);
  });
});

describe("checkModelConfig and readModelConfig", () => {
  for (const [what, tensor] of [
    ["a datatype that cannot be held", 'name: "x" data_type: TYPE_BF16 dims: [1]'],
    ["a dimension below -1", 'name: "x" data_type: TYPE_FP32 dims: [-2]'],
    ["a dimension of 0", 'name: "x" data_type: TYPE_FP32 dims: [0]'],
    ["no dimensions without a batch", 'name: "x" data_type: TYPE_FP32'],
  ] as const) {
    it(`checkModelConfig refuses ${what}`, () => {
      const config = readModelConfig(`input { ${tensor} } output { name: "y" data_type: TYPE_FP32 dims: [1] }`, "m");
      assert.throws(() => checkModelConfig(config), { code: "INVALID_ARGUMENT" });
    });
  }

  it("bounds the queue that Triton would leave endless", () => {
    const config = readModelConfig(`max_batch_size: 1 ${TENSORS} dynamic_batching { default_queue_policy { max_queue_size: 0 } }`, "m");
    assert.equal(config.queues[0]?.maxSize, 1_024);
  });

  for (const [what, text] of [
    ["another backend", `backend: "tensorrt" ${TENSORS}`],
    ["a field it does not know", `${TENSORS} sequence_batching { }`],
    ["a name that is not the folder's", `name: "other" ${TENSORS}`],
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
