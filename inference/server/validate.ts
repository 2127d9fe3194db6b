import type { ModelInferRequest, ModelInferRequest_InferInputTensor } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { ELEMENT_BYTES, elementCount, isDatatype } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { isEmptyContents, rawFromContents, unpackBytes } from "./contents.ts";
import type { ModelConfig, ModelTensor } from "./model-config.ts";
import { readParameters } from "./parameters.ts";

/** A request that the model can run as it stands. */
export interface CheckedRequest {
  /** In the configuration's order. */
  readonly inputs: readonly Tensor[];
  /** Wanted outputs in the configuration's order. */
  readonly outputs: readonly string[];
  /** Rows; 1 when the model does not batch. */
  readonly rows: number;
  readonly bytes: number;
  /** 0: none given. */
  readonly timeoutMs: number;
}

export interface Strictness {
  /** As Triton: surplus raw buffers are ignored and a BYTES length may reach beyond the data. Else both are refused. */
  readonly lenient: boolean;
}

/** Checks a request against the model's configuration, with Triton's codes: everything wrong in it is INVALID_ARGUMENT. */
export function checkRequest(request: ModelInferRequest, config: ModelConfig, strictness: Strictness): CheckedRequest {
  const { timeoutMs } = readParameters(request.parameters);
  checkNames(request, config);
  const raws = assignRaw(request, strictness);
  const inputs = config.inputs.map((spec) => {
    const index = request.inputs.findIndex((input) => input.name === spec.name);
    const given = request.inputs[index];
    if (given === undefined) throw invalid(`it has no input "${spec.name}", the model needs it`);
    return readInput(given, raws[index], { spec, config, strictness });
  });
  return {
    inputs,
    outputs: wantedOutputs(request, config),
    rows: commonRows(inputs, config),
    bytes: inputs.reduce((sum, input) => sum + input.data.byteLength, 0),
    timeoutMs,
  };
}

function checkNames(request: ModelInferRequest, config: ModelConfig): void {
  const seen = new Set<string>();
  for (const input of request.inputs) {
    if (seen.has(input.name)) throw invalid(`it has input "${input.name}" twice, it may have it once`);
    seen.add(input.name);
    if (!config.inputs.some((spec) => spec.name === input.name))
      throw invalid(`it has input "${input.name}", the model has none of that name`);
    if (Object.hasOwn(input.parameters, "shared_memory_region")) {
      throw new PayerHubError("NOT_FOUND", `reading input "${input.name}": its shared-memory region is not registered`);
    }
  }
}

/** The raw buffer of each input, or undefined for those that use typed contents. */
function assignRaw(request: ModelInferRequest, strictness: Strictness): readonly (Buffer | undefined)[] {
  const raws = request.rawInputContents;
  if (raws.length === 0) return [];
  const typed = request.inputs.find((input) => !isEmptyContents(input.contents));
  if (typed !== undefined) throw invalid(`input "${typed.name}" has contents beside raw buffers, it may have one of them`);
  if (raws.length < request.inputs.length || (raws.length > request.inputs.length && !strictness.lenient)) {
    throw invalid(`it has ${raws.length} raw buffers for ${request.inputs.length} inputs, it must have one each`);
  }
  return raws;
}

interface InputRule {
  readonly spec: ModelTensor;
  readonly config: ModelConfig;
  readonly strictness: Strictness;
}

function readInput(given: ModelInferRequest_InferInputTensor, raw: Buffer | undefined, rule: InputRule): Tensor {
  const { name, datatype } = given;
  if (!isDatatype(datatype) || datatype !== rule.spec.datatype) {
    throw invalid(`input "${name}" has datatype "${datatype}", it must be ${rule.spec.datatype}`);
  }
  const shape = readShape(given, rule);
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count)) throw invalid(`input "${name}" has shape [${shape.join(",")}], which is too large`);
  const data = raw ?? (given.contents === undefined ? new Uint8Array() : rawFromContents(given.contents, { name, datatype, count }));
  if (datatype === "BYTES") checkElements(name, data, count, rule.strictness);
  else if (data.byteLength !== count * ELEMENT_BYTES[datatype]) {
    throw invalid(`input "${name}" has ${data.byteLength} bytes, shape [${shape.join(",")}] needs ${count * ELEMENT_BYTES[datatype]}`);
  }
  return { name, datatype, shape, data };
}

function readShape(given: ModelInferRequest_InferInputTensor, { spec, config }: InputRule): readonly number[] {
  const shape = given.shape.map(Number);
  const batched = config.maxBatchSize > 0;
  const wanted = batched ? [-1, ...spec.dims] : spec.dims;
  const fits =
    shape.length === wanted.length && shape.every((dimension, axis) => dimension >= 0 && [-1, dimension].includes(wanted[axis] ?? -2));
  if (!fits) throw invalid(`input "${given.name}" has shape [${shape.join(",")}], the model takes [${wanted.join(",")}]`);
  const rows = shape[0] ?? 0;
  if (batched && rows > config.maxBatchSize)
    throw invalid(`input "${given.name}" has ${rows} rows, the model takes at most ${config.maxBatchSize}`);
  return shape;
}

function checkElements(name: string, data: Uint8Array, count: number, strictness: Strictness): void {
  const elements = unpackBytes(data);
  if (elements === undefined) {
    const lengthsFit = data.byteLength >= 4 * count && count > 0;
    if (strictness.lenient && lengthsFit) return;
    throw invalid(`input "${name}" has a length word that reaches beyond its ${data.byteLength} bytes`);
  }
  if (elements.length !== count) throw invalid(`input "${name}" has ${elements.length} elements, its shape needs ${count}`);
}

function commonRows(inputs: readonly Tensor[], config: ModelConfig): number {
  if (config.maxBatchSize === 0) return 1;
  const rows = inputs[0]?.shape[0] ?? 0;
  const other = inputs.find((input) => input.shape[0] !== rows);
  if (other !== undefined) throw invalid(`input "${other.name}" has ${other.shape[0] ?? 0} rows, another input has ${rows}`);
  if (rows === 0) throw invalid("its inputs have 0 rows, they must have at least one");
  return rows;
}

function wantedOutputs(request: ModelInferRequest, config: ModelConfig): readonly string[] {
  const known = config.outputs.map((output) => output.name);
  for (const output of request.outputs) {
    if (!known.includes(output.name)) throw invalid(`it asks for output "${output.name}", the model has none of that name`);
    if (Object.hasOwn(output.parameters, "classification")) {
      throw new PayerHubError("UNIMPLEMENTED", `reading output "${output.name}": classification is not offered here, ask for the tensor`);
    }
  }
  return request.outputs.length === 0 ? known : known.filter((name) => request.outputs.some((output) => output.name === name));
}

function invalid(states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading the inference request: ${states}`);
}
