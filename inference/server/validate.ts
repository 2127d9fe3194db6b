import type { ModelInferRequest, ModelInferRequest_InferInputTensor } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { ELEMENT_BYTES, elementCount, isDatatype } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { isEmptyContents, rawFromContents } from "./contents.ts";
import type { ModelConfig, ModelTensor } from "./model-config.ts";
import { readParameters } from "./parameters.ts";
import { innerShape } from "./reshape.ts";
import { readWanted } from "./wanted-outputs.ts";

/** A request that the model can run as it stands. */
export interface CheckedRequest {
  /** In the configuration's order, without the optional ones that were left out. */
  readonly inputs: readonly Tensor[];
  /** Wanted outputs in the configuration's order. */
  readonly outputs: readonly string[];
  /** How many classes of an output are wanted instead of its values, by name; undefined when none is. */
  readonly classes: ReadonlyMap<string, number> | undefined;
  /** Rows; 1 when the model does not batch. */
  readonly rows: number;
  readonly bytes: number;
  /** 0: none given. */
  readonly timeoutMs: number;
  /** 0: none given; 1 is the most urgent. */
  readonly priority: number;
}

export interface Strictness {
  /** Refuse what Triton lets pass beyond the protocol: surplus raw buffers, BYTES lengths beyond the data. */
  readonly strict: boolean;
}

/** Checks a request against the model's configuration, with Triton's codes: everything wrong in it is INVALID_ARGUMENT. */
export function checkRequest(request: ModelInferRequest, config: ModelConfig, strictness: Strictness): CheckedRequest {
  const { timeoutMs, priority } = readParameters(request.parameters);
  checkNames(request, config);
  const raws = assignRaw(request, strictness);
  const inputs: Tensor[] = [];
  for (const spec of config.inputs) {
    const index = request.inputs.findIndex((input) => input.name === spec.name);
    const given = request.inputs[index];
    if (given !== undefined) inputs.push(readInput(given, raws[index], { spec, config, strictness }));
    else if (spec.optional !== true) throw invalid(`it has no input "${spec.name}", the model needs it`);
  }
  const { names, classes } = readWanted(request.outputs, config);
  return {
    inputs,
    outputs: names,
    classes,
    rows: commonRows(inputs, config),
    bytes: inputs.reduce((sum, input) => sum + input.data.byteLength, 0),
    timeoutMs,
    priority,
  };
}

function checkNames(request: ModelInferRequest, config: ModelConfig): void {
  for (const [index, input] of request.inputs.entries()) {
    if (request.inputs.findIndex((other) => other.name === input.name) !== index)
      throw invalid(`it has input "${input.name}" twice, it may have it once`);
    if (!config.inputs.some((spec) => spec.name === input.name))
      throw invalid(`it has input "${input.name}", the model has none of that name`);
    refuseSharedMemory("input", input);
  }
  for (const output of request.outputs) refuseSharedMemory("output", output);
}

/** No region can be registered, so none that is named is there. */
function refuseSharedMemory(side: string, { name, parameters }: Pick<ModelInferRequest_InferInputTensor, "name" | "parameters">): void {
  if (!Object.hasOwn(parameters, "shared_memory_region")) return;
  if (!Object.hasOwn(parameters, "shared_memory_byte_size"))
    throw invalid(`${side} "${name}" names a shared-memory region without its size, it must have both`);
  throw new PayerHubError("NOT_FOUND", `reading ${side} "${name}": its shared-memory region is not registered`);
}

/** The raw buffer of each input, or undefined for those that use typed contents. */
function assignRaw(request: ModelInferRequest, strictness: Strictness): readonly (Buffer | undefined)[] {
  const raws = request.rawInputContents;
  if (raws.length === 0) return [];
  const typed = request.inputs.find((input) => !isEmptyContents(input.contents));
  if (typed !== undefined) throw invalid(`input "${typed.name}" has contents beside raw buffers, it may have one of them`);
  if (raws.length < request.inputs.length || (raws.length > request.inputs.length && strictness.strict)) {
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
  if (datatype === "BYTES") checkElements(name, data, { count, rule });
  else if (data.byteLength !== count * ELEMENT_BYTES[datatype]) {
    throw invalid(`input "${name}" has ${data.byteLength} bytes, shape [${shape.join(",")}] needs ${count * ELEMENT_BYTES[datatype]}`);
  }
  return { name, datatype, shape: innerShape(shape, rule.spec, rule.config.maxBatchSize > 0), data };
}

function readShape(given: ModelInferRequest_InferInputTensor, { spec, config }: InputRule): readonly number[] {
  const shape = given.shape.map(Number);
  const batched = config.maxBatchSize > 0;
  const lead = batched ? 1 : 0;
  const fits =
    shape.length === spec.dims.length + lead &&
    shape.every((dimension, axis) => dimension >= 0 && (axis < lead || fitsDimension(dimension, spec.dims[axis - lead])));
  if (!fits) {
    const wanted = batched ? [-1, ...spec.dims] : spec.dims;
    throw invalid(`input "${given.name}" has shape [${shape.join(",")}], the model takes [${wanted.join(",")}]`);
  }
  const rows = shape[0] ?? 0;
  if (batched && rows > config.maxBatchSize)
    throw invalid(`input "${given.name}" has ${rows} rows, the model takes at most ${config.maxBatchSize}`);
  return shape;
}

function fitsDimension(dimension: number, wanted: number | undefined): boolean {
  return wanted === -1 || wanted === dimension;
}

/** BYTES elements: as many as the shape says, none cut off. Only the identity backend never looks into them. */
function checkElements(name: string, data: Uint8Array, { count, rule }: { readonly count: number; readonly rule: InputRule }): void {
  const opaque = rule.config.backend === "identity" && !rule.strictness.strict;
  const found = countElements(data, opaque);
  if (found === undefined) throw invalid(`input "${name}" has a length word that reaches beyond its ${data.byteLength} bytes`);
  if (found !== count) throw invalid(`input "${name}" has ${found} elements, its shape needs ${count}`);
}

/** Elements of a BYTES tensor; undefined when a length word is cut off or, unless the last may, an element is. Makes no list. */
function countElements(data: Uint8Array, lastMayBeCutOff: boolean): number | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let [count, at] = [0, 0];
  for (; at < data.byteLength; count += 1) {
    if (at + 4 > data.byteLength) return undefined;
    at += 4 + view.getUint32(at, true);
  }
  return at > data.byteLength && !lastMayBeCutOff ? undefined : count;
}

function commonRows(inputs: readonly Tensor[], config: ModelConfig): number {
  if (config.maxBatchSize === 0) return 1;
  const rows = inputs[0]?.shape[0] ?? 0;
  const other = inputs.find((input) => input.shape[0] !== rows);
  if (other !== undefined) throw invalid(`input "${other.name}" has ${other.shape[0] ?? 0} rows, another input has ${rows}`);
  if (rows === 0) throw invalid("its inputs have 0 rows, they must have at least one");
  return rows;
}

function invalid(states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading the inference request: ${states}`);
}
