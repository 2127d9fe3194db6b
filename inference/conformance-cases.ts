import type { ModelInferRequest, ModelInferRequest_InferInputTensor } from "../proto/inference/grpc_service.pb.ts";
import type { Code } from "../runtime/error.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "./models/isolation-forest.ts";

/** One request and what a server of the protocol answers: a code, or undefined for success. */
export interface InferCase {
  readonly name: string;
  readonly request: ModelInferRequest;
  readonly code?: Code;
}

const INPUT: ModelInferRequest_InferInputTensor = {
  name: "features",
  datatype: "FP32",
  shape: [1n, BigInt(ANOMALY_FEATURES)],
  parameters: {},
  contents: undefined,
};

const NO_CONTENTS = {
  boolContents: [],
  intContents: [],
  int64Contents: [],
  uintContents: [],
  uint64Contents: [],
  fp32Contents: [],
  fp64Contents: [],
  bytesContents: [],
} as const;

const ROW_BYTES = ANOMALY_FEATURES * 4;
const FLOATS = Array.from({ length: ANOMALY_FEATURES }, () => 0.5);

/** A request for the isolation forest that is right but for what `change` makes wrong. */
export function inferRequest(change: Partial<ModelInferRequest> = {}): ModelInferRequest {
  return {
    modelName: ISOLATION_FOREST.name,
    modelVersion: "",
    id: "",
    parameters: {},
    inputs: [INPUT],
    outputs: [],
    rawInputContents: [Buffer.alloc(ROW_BYTES)],
    ...change,
  };
}

const input = (change: Partial<ModelInferRequest_InferInputTensor>) => inferRequest({ inputs: [{ ...INPUT, ...change }] });
const typed = (contents: Partial<NonNullable<ModelInferRequest_InferInputTensor["contents"]>>, raw: Buffer[] = []) =>
  inferRequest({ inputs: [{ ...INPUT, contents: { ...NO_CONTENTS, ...contents } }], rawInputContents: raw });
const parameter = (name: string, parameterChoice: NonNullable<ModelInferRequest["parameters"][string]["parameterChoice"]>) =>
  inferRequest({ parameters: { [name]: { parameterChoice } } });

/** Recorded from Triton 2.70; the server of the wheel, 2.51, answers the same. */
export const INFER_CASES: readonly InferCase[] = [
  { name: "raw bytes", request: inferRequest() },
  { name: "version by number", request: inferRequest({ modelVersion: "1" }) },
  { name: "typed contents", request: typed({ fp32Contents: FLOATS }) },
  { name: "a parameter of one's own", request: parameter("color", { $case: "stringParam", stringParam: "red" }) },
  { name: "sequence id on a stateless model", request: parameter("sequence_id", { $case: "int64Param", int64Param: 7n }) },
  { name: "unknown model", request: inferRequest({ modelName: "nobody" }), code: "NOT_FOUND" },
  { name: "unknown version", request: inferRequest({ modelVersion: "9" }), code: "NOT_FOUND" },
  { name: "version that is no number", request: inferRequest({ modelVersion: "newest" }), code: "INVALID_ARGUMENT" },
  { name: "wrong datatype", request: input({ datatype: "INT32" }), code: "INVALID_ARGUMENT" },
  { name: "unknown datatype", request: input({ datatype: "FLOAT" }), code: "INVALID_ARGUMENT" },
  { name: "rank too low", request: input({ shape: [BigInt(ANOMALY_FEATURES)] }), code: "INVALID_ARGUMENT" },
  { name: "wrong dimension", request: input({ shape: [1n, 31n] }), code: "INVALID_ARGUMENT" },
  { name: "negative dimension", request: input({ shape: [-1n, BigInt(ANOMALY_FEATURES)] }), code: "INVALID_ARGUMENT" },
  {
    name: "more rows than the model takes",
    request: { ...input({ shape: [65n, BigInt(ANOMALY_FEATURES)] }), rawInputContents: [Buffer.alloc(65 * ROW_BYTES)] },
    code: "INVALID_ARGUMENT",
  },
  {
    name: "an input twice",
    request: inferRequest({ inputs: [INPUT, INPUT], rawInputContents: [Buffer.alloc(ROW_BYTES), Buffer.alloc(ROW_BYTES)] }),
    code: "INVALID_ARGUMENT",
  },
  { name: "no input", request: inferRequest({ inputs: [], rawInputContents: [] }), code: "INVALID_ARGUMENT" },
  { name: "unknown input", request: input({ name: "pixels" }), code: "INVALID_ARGUMENT" },
  { name: "unknown output", request: inferRequest({ outputs: [{ name: "label", parameters: {} }] }), code: "INVALID_ARGUMENT" },
  { name: "raw bytes too few", request: inferRequest({ rawInputContents: [Buffer.alloc(ROW_BYTES - 4)] }), code: "INVALID_ARGUMENT" },
  { name: "raw bytes too many", request: inferRequest({ rawInputContents: [Buffer.alloc(ROW_BYTES + 4)] }), code: "INVALID_ARGUMENT" },
  { name: "no data", request: inferRequest({ rawInputContents: [] }), code: "INVALID_ARGUMENT" },
  { name: "raw bytes beside contents", request: typed({ fp32Contents: FLOATS }, [Buffer.alloc(ROW_BYTES)]), code: "INVALID_ARGUMENT" },
  { name: "contents of another type", request: typed({ fp64Contents: FLOATS }), code: "INVALID_ARGUMENT" },
  { name: "contents too few", request: typed({ fp32Contents: FLOATS.slice(1) }), code: "INVALID_ARGUMENT" },
  { name: "timeout as text", request: parameter("timeout", { $case: "stringParam", stringParam: "1" }), code: "INVALID_ARGUMENT" },
  { name: "priority below zero", request: parameter("priority", { $case: "int64Param", int64Param: -1n }), code: "INVALID_ARGUMENT" },
  { name: "sequence id as double", request: parameter("sequence_id", { $case: "doubleParam", doubleParam: 1 }), code: "INVALID_ARGUMENT" },
  {
    name: "unknown reserved parameter",
    request: parameter("triton_color", { $case: "boolParam", boolParam: true }),
    code: "INVALID_ARGUMENT",
  },
  {
    name: "shared memory nobody registered",
    request: {
      ...input({
        parameters: {
          shared_memory_region: { parameterChoice: { $case: "stringParam", stringParam: "nobody" } },
          shared_memory_byte_size: { parameterChoice: { $case: "int64Param", int64Param: BigInt(ROW_BYTES) } },
        },
      }),
      rawInputContents: [],
    },
    code: "NOT_FOUND",
  },
];
