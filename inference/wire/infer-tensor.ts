import type { InferParameter, InferTensorContents } from "../../proto/inference/grpc_service.pb.ts";
import { contentsBound, readContents, writeContents } from "./infer-contents.ts";
import { parametersBound, readParameter, writeParameters } from "./infer-parameters.ts";
import type { InferParameters } from "./infer-parameters.ts";
import { HEAP_BYTES } from "./wire-reader.ts";
import type { WireReader } from "./wire-reader.ts";
import { fieldBound, stringBound } from "./wire-writer.ts";
import type { WireWriter } from "./wire-writer.ts";

/** What an input or output tensor says of itself; both have the same fields on the wire. */
export interface EncodableTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly (number | bigint)[];
  readonly parameters: InferParameters;
  readonly contents: InferTensorContents | undefined;
}

interface DecodedTensor extends EncodableTensor {
  readonly shape: readonly bigint[];
}

/** Most bytes of a dimension. */
const MAX_DIMENSION_BYTES = 10;

/** Upper bound of `writeTensor`, in bytes. */
export function tensorBound({ name, datatype, shape, parameters, contents }: EncodableTensor): number {
  const own = stringBound(name) + stringBound(datatype) + fieldBound(shape.length * MAX_DIMENSION_BYTES) + parametersBound(parameters);
  return fieldBound(own + (contents === undefined ? 0 : fieldBound(contentsBound(contents))));
}

/** Writes a tensor as a field. */
export function writeTensor(writer: WireWriter, tag: number, tensor: EncodableTensor): void {
  const end = writer.position;
  if (tensor.contents !== undefined) {
    writeContents(writer, tensor.contents);
    writer.close(0x2a, end);
  }
  writeParameters(writer, 0x22, tensor.parameters);
  const { shape } = tensor;
  if (shape.length > 0) {
    const shapeEnd = writer.position;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) writer.varint64(shape[axis] ?? 0);
    writer.close(0x1a, shapeEnd);
  }
  if (tensor.datatype !== "") writer.string(0x12, tensor.datatype);
  if (tensor.name !== "") writer.string(0x0a, tensor.name);
  writer.close(tag, end);
}

/** Reads a tensor that is a field. */
export function readTensor(reader: WireReader): DecodedTensor {
  reader.charge(HEAP_BYTES.object);
  const outer = reader.enter();
  let name = "";
  let datatype = "";
  const shape: bigint[] = [];
  const parameters: Record<string, InferParameter> = {};
  let contents: InferTensorContents | undefined;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.string();
    else if (tag === 0x12) datatype = reader.string();
    else if (tag === 0x1a) readShape(reader, shape);
    else if (tag === 0x18) readDimension(reader, shape);
    else if (tag === 0x22) readParameter(reader, parameters);
    else if (tag === 0x2a) contents = readContents(reader);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { name, datatype, shape, parameters, contents };
}

function readShape(reader: WireReader, shape: bigint[]): void {
  const outer = reader.enter();
  while (reader.position < reader.end) readDimension(reader, shape);
  reader.leave(outer);
}

function readDimension(reader: WireReader, shape: bigint[]): void {
  reader.charge(HEAP_BYTES.bigint);
  reader.varint64();
  shape.push(reader.signed());
}
