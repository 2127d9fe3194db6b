import type {
  InferParameter,
  ModelInferRequest,
  ModelInferRequest_InferInputTensor,
  ModelInferRequest_InferRequestedOutputTensor,
} from "../../proto/inference/grpc_service.pb.ts";
import { FRAME_HEAD_BYTES, FramePieces } from "./frame.ts";
import { parametersBound, readParameter, writeParameters } from "./infer-parameters.ts";
import { readTensor, tensorBound, writeTensor } from "./infer-tensor.ts";
import type { EncodableTensor } from "./infer-tensor.ts";
import { HEAP_BYTES, WireReader } from "./wire-reader.ts";
import { fieldBound, stringBound, WireWriter } from "./wire-writer.ts";

/** A `ModelInferRequest`, or one with shapes of numbers and any byte views, which spares the caller conversions. */
export type EncodableInferRequest = Omit<ModelInferRequest, "inputs" | "rawInputContents"> & {
  readonly inputs: readonly EncodableTensor[];
  readonly rawInputContents: readonly Uint8Array[];
};

/**
 * The request as a whole gRPC frame (five bytes of head, then the message) in one allocation; `messageOf` gives the message
 * alone. The same bytes as the generated encoder's. Raw contents are copied once, into the frame.
 */
export function encodeInferRequest(request: EncodableInferRequest): Buffer {
  const [frame] = encodeInferRequestPieces(request, Number.POSITIVE_INFINITY);
  return Buffer.isBuffer(frame) ? frame : Buffer.alloc(0);
}

/**
 * The same frame in pieces that follow each other: raw contents of `copyBelow` bytes or more are the caller's memory itself,
 * which must not change until the pieces are sent.
 */
export function encodeInferRequestPieces(request: EncodableInferRequest, copyBelow: number): readonly Uint8Array[] {
  const { inputs, outputs, rawInputContents } = request;
  const writer = new WireWriter(requestBound(request, copyBelow));
  const pieces = new FramePieces(writer);
  for (let index = rawInputContents.length - 1; index >= 0; index -= 1) {
    const raw = rawInputContents[index];
    if (raw !== undefined) pieces.bytes(0x3a, raw, copyBelow);
  }
  for (let index = outputs.length - 1; index >= 0; index -= 1) {
    const output = outputs[index];
    if (output !== undefined) writeWanted(writer, output);
  }
  for (let index = inputs.length - 1; index >= 0; index -= 1) {
    const input = inputs[index];
    if (input !== undefined) writeTensor(writer, 0x2a, input);
  }
  writeParameters(writer, 0x22, request.parameters);
  if (request.id !== "") writer.string(0x1a, request.id);
  if (request.modelVersion !== "") writer.string(0x12, request.modelVersion);
  if (request.modelName !== "") writer.string(0x0a, request.modelName);
  return pieces.close();
}

function requestBound(request: EncodableInferRequest, copyBelow: number): number {
  const { modelName, modelVersion, id, parameters, inputs, outputs, rawInputContents } = request;
  let bound = FRAME_HEAD_BYTES + stringBound(modelName) + stringBound(modelVersion) + stringBound(id) + parametersBound(parameters);
  for (const input of inputs) bound += tensorBound(input);
  for (const output of outputs) bound += fieldBound(stringBound(output.name) + parametersBound(output.parameters));
  for (const raw of rawInputContents) bound += fieldBound(raw.byteLength < copyBelow ? raw.byteLength : 0);
  return bound;
}

function writeWanted(writer: WireWriter, output: ModelInferRequest_InferRequestedOutputTensor): void {
  const end = writer.position;
  writeParameters(writer, 0x12, output.parameters);
  if (output.name !== "") writer.string(0x0a, output.name);
  writer.close(0x32, end);
}

/**
 * Reads a message without its frame. Raw contents are views on `bytes`, which they keep alive. Unknown fields are skipped;
 * throws INVALID_ARGUMENT for bytes that are no such message or that would take far more memory than they have.
 */
export function decodeInferRequest(bytes: Uint8Array): ModelInferRequest {
  const reader = new WireReader(bytes, "INVALID_ARGUMENT");
  let [modelName, modelVersion, id] = ["", "", ""];
  const parameters: Record<string, InferParameter> = {};
  const inputs: ModelInferRequest_InferInputTensor[] = [];
  const outputs: ModelInferRequest_InferRequestedOutputTensor[] = [];
  const rawInputContents: Buffer[] = [];
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === 0x0a) modelName = reader.string();
    else if (tag === 0x12) modelVersion = reader.string();
    else if (tag === 0x1a) id = reader.string();
    else if (tag === 0x22) readParameter(reader, parameters);
    else if (tag === 0x2a) inputs.push(readTensor(reader));
    else if (tag === 0x32) outputs.push(readWanted(reader));
    else if (tag === 0x3a) rawInputContents.push(reader.bytes());
    else reader.skip(tag);
  }
  return { modelName, modelVersion, id, parameters, inputs, outputs, rawInputContents };
}

function readWanted(reader: WireReader): ModelInferRequest_InferRequestedOutputTensor {
  reader.charge(HEAP_BYTES.object);
  const outer = reader.enter();
  let name = "";
  const parameters: Record<string, InferParameter> = {};
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.string();
    else if (tag === 0x12) readParameter(reader, parameters);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { name, parameters };
}
