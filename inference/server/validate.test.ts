import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { ModelInferRequest } from "../../proto/inference/grpc_service.pb.ts";
import { packBytes } from "../bytes-tensor.ts";
import { METHODS } from "../conformance/methods.ts";
import { KIT_MODELS } from "../conformance/models.ts";
import { vectorsSchema } from "../conformance/vector.ts";
import { readModelConfig } from "./model-config.ts";
import { checkRequest } from "./validate.ts";

const VECTORS: unknown = JSON.parse(readFileSync(new URL("../conformance/vectors.json", import.meta.url), "utf8"));
const STRICT = { strict: true };
const FOREST = readModelConfig(
  'max_batch_size: 64 input { name: "features" data_type: TYPE_FP32 dims: [32] } output { name: "score" data_type: TYPE_FP32 dims: [1] }',
  "isolation_forest",
);
const TEXTS = readModelConfig(
  'input [{ name: "texts" data_type: TYPE_STRING dims: [-1] }, { name: "ids" data_type: TYPE_INT64 dims: [2] }] output { name: "y" data_type: TYPE_FP32 dims: [1] }',
  "texts",
);

/** A request for the isolation forest that is right but for what `change` makes wrong. */
function inferRequest(change: Partial<ModelInferRequest> = {}): ModelInferRequest {
  return {
    modelName: "isolation_forest",
    modelVersion: "",
    id: "",
    parameters: {},
    inputs: [{ name: "features", datatype: "FP32", shape: [1n, 32n], parameters: {}, contents: undefined }],
    outputs: [],
    rawInputContents: [Buffer.alloc(128)],
    ...change,
  };
}

function textRequest(count: number, raws: readonly Buffer[]): ModelInferRequest {
  const base = { parameters: {}, contents: undefined };
  return {
    ...inferRequest(),
    inputs: [
      { ...base, name: "texts", datatype: "BYTES", shape: [BigInt(count)] },
      { ...base, name: "ids", datatype: "INT64", shape: [2n] },
    ],
    rawInputContents: raws,
  };
}

const IDS = Buffer.alloc(16);
const packed = (...texts: string[]) => Buffer.from(packBytes(texts.map((text) => Buffer.from(text))));

for (const { name, steps, outcomes, aside } of vectorsSchema.parse(VECTORS).vectors) {
  const [step, more] = steps;
  const [outcome] = aside?.outcomes ?? outcomes;
  if (step?.method !== "ModelInfer" || step.wire !== undefined || more !== undefined || outcome?.code === undefined) continue;
  const request = ModelInferRequest.decode(METHODS.ModelInfer.toWire(step.request));
  const model = KIT_MODELS.find((kit) => kit.name === request.modelName);
  // What the server finds before it looks at the request has no place here.
  if (model === undefined || request.modelVersion !== "") continue;
  const config = readModelConfig(`backend: "identity" ${model.config}`, model.name);
  it(`checkRequest: ${name}: ${outcome.code}`, () => {
    if (outcome.code === "OK") assert.ok(checkRequest(request, config, { strict: false }).rows >= 1);
    else assert.throws(() => checkRequest(request, config, { strict: false }), { code: outcome.code });
  });
}

it("checkRequest: puts inputs in the configuration's order with their own bytes", () => {
  const request = textRequest(2, [packed("a", "bc"), IDS]);
  const turned = { ...request, inputs: request.inputs.toReversed(), rawInputContents: request.rawInputContents.toReversed() };
  const checked = checkRequest(turned, TEXTS, STRICT);
  assert.deepEqual(
    checked.inputs.map(({ name, data }) => [name, data.byteLength]),
    [
      ["texts", 11],
      ["ids", 16],
    ],
  );
  assert.equal(checked.bytes, 27);
});

it("checkRequest: takes typed inputs where each has its own contents", () => {
  const filled = {
    boolContents: [],
    intContents: [],
    int64Contents: [1n, 2n],
    uintContents: [],
    uint64Contents: [],
    fp32Contents: [],
    fp64Contents: [],
    bytesContents: [],
  };
  const base = { parameters: {}, name: "ids", datatype: "INT64", shape: [2n] };
  const texts = {
    ...base,
    name: "texts",
    datatype: "BYTES",
    shape: [1n],
    contents: { ...filled, int64Contents: [], bytesContents: [Buffer.from("a")] },
  };
  const request = { ...inferRequest(), inputs: [texts, { ...base, contents: filled }], rawInputContents: [] };
  assert.deepEqual(
    checkRequest(request, TEXTS, STRICT).inputs.map(({ data }) => data.byteLength),
    [5, 16],
  );
});

it("checkRequest: counts the elements of BYTES", () => {
  assert.equal(checkRequest(textRequest(2, [packed("a", "b"), IDS]), TEXTS, STRICT).inputs.length, 2);
  assert.throws(() => checkRequest(textRequest(3, [packed("a", "b"), IDS]), TEXTS, STRICT), /2 elements, its shape needs/);
  assert.throws(() => checkRequest(textRequest(1, [packed("a", "b"), IDS]), TEXTS, STRICT), { code: "INVALID_ARGUMENT" });
  assert.throws(() => checkRequest(textRequest(1, [Buffer.from([1, 0]), IDS]), TEXTS, STRICT), { code: "INVALID_ARGUMENT" });
});

it("checkRequest: is stricter than Triton unless told to be like it", () => {
  const overrun = textRequest(1, [Buffer.from([99, 0, 0, 0, 65]), IDS]);
  assert.throws(() => checkRequest(overrun, TEXTS, STRICT), { code: "INVALID_ARGUMENT" });
  // ONNX Runtime needs the elements; only the identity backend never looks into them.
  assert.throws(() => checkRequest(overrun, TEXTS, { strict: false }), { code: "INVALID_ARGUMENT" });
  assert.equal(checkRequest(overrun, { ...TEXTS, backend: "identity" }, { strict: false }).inputs.length, 2);
  const surplus = inferRequest({ rawInputContents: [Buffer.alloc(128), Buffer.alloc(128)] });
  assert.throws(() => checkRequest(surplus, FOREST, STRICT), /2 raw buffers for 1 inputs/);
  assert.equal(checkRequest(surplus, FOREST, { strict: false }).rows, 1);
});

it("checkRequest: reads the time limit in microseconds", () => {
  const request = inferRequest({ parameters: { timeout: { parameterChoice: { $case: "int64Param", int64Param: 2_500n } } } });
  assert.equal(checkRequest(request, FOREST, STRICT).timeoutMs, 2.5);
});

it("checkRequest: refuses no rows and a shape whose size is beyond numbers", () => {
  const shaped = (shape: bigint[]) =>
    inferRequest({
      inputs: [{ name: "features", datatype: "FP32", shape, parameters: {}, contents: undefined }],
      rawInputContents: [Buffer.alloc(0)],
    });
  assert.throws(() => checkRequest(shaped([0n, 32n]), FOREST, STRICT), { code: "INVALID_ARGUMENT" });
  assert.throws(() => checkRequest(shaped([2n ** 62n, 32n]), FOREST, STRICT), { code: "INVALID_ARGUMENT" });
  const open = readModelConfig(
    'input { name: "features" data_type: TYPE_FP32 dims: [-1, -1] } output { name: "y" data_type: TYPE_FP32 dims: [1] }',
    "m",
  );
  assert.throws(() => checkRequest(shaped([2n ** 40n, 2n ** 40n]), open, STRICT), /too large/);
  assert.equal(checkRequest(shaped([0n, 5n]), open, STRICT).rows, 1);
});
