import type { InferParameter, ModelInferResponse, ModelInferResponse_InferOutputTensor } from "../../proto/inference/grpc_service.pb.ts";
import { FRAME_HEAD_BYTES, FramePieces } from "./frame.ts";
import { parametersBound, readParameter, writeParameters } from "./infer-parameters.ts";
import { readTensor, tensorBound, writeTensor } from "./infer-tensor.ts";
import type { EncodableTensor } from "./infer-tensor.ts";
import { WireReader } from "./wire-reader.ts";
import { fieldBound, stringBound, WireWriter } from "./wire-writer.ts";

/** A `ModelInferResponse`, or one with shapes of numbers and any byte views, which spares the caller conversions. */
export type EncodableInferResponse = Omit<ModelInferResponse, "outputs" | "rawOutputContents"> & {
  readonly outputs: readonly EncodableTensor[];
  readonly rawOutputContents: readonly Uint8Array[];
};

/**
 * The response as a whole gRPC frame (five bytes of head, then the message) in one allocation; `messageOf` gives the message
 * alone. The same bytes as the generated encoder's. Raw contents are copied once, into the frame.
 */
export function encodeInferResponse(response: EncodableInferResponse): Buffer {
  const [frame] = encodeInferResponsePieces(response, Number.POSITIVE_INFINITY);
  return Buffer.isBuffer(frame) ? frame : Buffer.alloc(0);
}

/**
 * The same frame in pieces that follow each other: raw contents of `copyBelow` bytes or more are the caller's memory itself,
 * which must not change until the pieces are sent.
 */
export function encodeInferResponsePieces(response: EncodableInferResponse, copyBelow: number): readonly Uint8Array[] {
  const { outputs, rawOutputContents } = response;
  const writer = new WireWriter(responseBound(response, copyBelow));
  const pieces = new FramePieces(writer);
  for (let index = rawOutputContents.length - 1; index >= 0; index -= 1) {
    const raw = rawOutputContents[index];
    if (raw !== undefined) pieces.bytes(0x32, raw, copyBelow);
  }
  for (let index = outputs.length - 1; index >= 0; index -= 1) {
    const output = outputs[index];
    if (output !== undefined) writeTensor(writer, 0x2a, output);
  }
  writeParameters(writer, 0x22, response.parameters);
  if (response.id !== "") writer.string(0x1a, response.id);
  if (response.modelVersion !== "") writer.string(0x12, response.modelVersion);
  if (response.modelName !== "") writer.string(0x0a, response.modelName);
  return pieces.close();
}

function responseBound(response: EncodableInferResponse, copyBelow: number): number {
  const { modelName, modelVersion, id, parameters, outputs, rawOutputContents } = response;
  let bound = FRAME_HEAD_BYTES + stringBound(modelName) + stringBound(modelVersion) + stringBound(id) + parametersBound(parameters);
  for (const output of outputs) bound += tensorBound(output);
  for (const raw of rawOutputContents) bound += fieldBound(raw.byteLength < copyBelow ? raw.byteLength : 0);
  return bound;
}

/**
 * Reads a message without its frame. Raw contents are views on `bytes`, which they keep alive. Unknown fields are skipped;
 * throws INTERNAL for bytes that are no such message or that would take far more memory than they have.
 */
export function decodeInferResponse(bytes: Uint8Array): ModelInferResponse {
  const reader = new WireReader(bytes, "INTERNAL");
  let [modelName, modelVersion, id] = ["", "", ""];
  const parameters: Record<string, InferParameter> = {};
  const outputs: ModelInferResponse_InferOutputTensor[] = [];
  const rawOutputContents: Buffer[] = [];
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === 0x0a) modelName = reader.string();
    else if (tag === 0x12) modelVersion = reader.string();
    else if (tag === 0x1a) id = reader.string();
    else if (tag === 0x22) readParameter(reader, parameters);
    else if (tag === 0x2a) outputs.push(readTensor(reader));
    else if (tag === 0x32) rawOutputContents.push(reader.bytes());
    else reader.skip(tag);
  }
  return { modelName, modelVersion, id, parameters, outputs, rawOutputContents };
}
