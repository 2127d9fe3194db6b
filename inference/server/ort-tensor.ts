import { Tensor as OrtTensor } from "onnxruntime-node";
import type { Datatype, Tensor } from "../tensor.ts";
import { packBytes, unpackBytes } from "../bytes-tensor.ts";

type OrtType = Exclude<OrtTensor.Type, "uint4" | "int4">;

const TYPES: Readonly<Partial<Record<Datatype, OrtType>>> = {
  BOOL: "bool",
  UINT8: "uint8",
  UINT16: "uint16",
  UINT32: "uint32",
  UINT64: "uint64",
  INT8: "int8",
  INT16: "int16",
  INT32: "int32",
  INT64: "int64",
  FP16: "float16",
  FP32: "float32",
  FP64: "float64",
  BYTES: "string",
};
const DATATYPES: ReadonlyMap<string, Datatype> = new Map(Object.entries(TYPES).map(([datatype, type]) => [type, datatype as Datatype]));

type View = (buffer: ArrayBufferLike, offset: number, length: number) => OrtTensor.DataType;

/** Views over a tensor's memory; `length` in elements. */
const VIEWS: Readonly<Record<Exclude<OrtType, "string">, { readonly bytes: number; readonly view: View }>> = {
  bool: { bytes: 1, view: (buffer, at, length) => new Uint8Array(buffer, at, length) },
  uint8: { bytes: 1, view: (buffer, at, length) => new Uint8Array(buffer, at, length) },
  uint16: { bytes: 2, view: (buffer, at, length) => new Uint16Array(buffer, at, length) },
  uint32: { bytes: 4, view: (buffer, at, length) => new Uint32Array(buffer, at, length) },
  uint64: { bytes: 8, view: (buffer, at, length) => new BigUint64Array(buffer, at, length) },
  int8: { bytes: 1, view: (buffer, at, length) => new Int8Array(buffer, at, length) },
  int16: { bytes: 2, view: (buffer, at, length) => new Int16Array(buffer, at, length) },
  int32: { bytes: 4, view: (buffer, at, length) => new Int32Array(buffer, at, length) },
  int64: { bytes: 8, view: (buffer, at, length) => new BigInt64Array(buffer, at, length) },
  float16: { bytes: 2, view: (buffer, at, length) => new Uint16Array(buffer, at, length) },
  float32: { bytes: 4, view: (buffer, at, length) => new Float32Array(buffer, at, length) },
  float64: { bytes: 8, view: (buffer, at, length) => new Float64Array(buffer, at, length) },
};

/** The datatype of ONNX Runtime's name of a type; undefined for one that cannot be held. */
export function datatypeOfOrt(type: string): Datatype | undefined {
  return DATATYPES.get(type);
}

/** ONNX Runtime's tensor over the same memory where its offset allows. Throws a RangeError for BYTES that are no UTF-8. */
export function toOrt(tensor: Tensor): OrtTensor {
  const type = TYPES[tensor.datatype];
  if (type === undefined) throw new RangeError(`input "${tensor.name}" is ${tensor.datatype}, which ONNX Runtime for Node cannot hold`);
  const shape = [...tensor.shape];
  if (type === "string") return new OrtTensor("string", textsOf(tensor), shape);
  const { bytes, view } = VIEWS[type];
  const { data } = tensor;
  const aligned = data.byteOffset % bytes === 0 ? data : new Uint8Array(data);
  return new OrtTensor(type, view(aligned.buffer, aligned.byteOffset, aligned.byteLength / bytes), shape);
}

function textsOf(tensor: Tensor): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const elements = unpackBytes(tensor.data);
  if (elements === undefined) throw new RangeError(`input "${tensor.name}" has an element that reaches beyond its data`);
  try {
    return elements.map((element) => decoder.decode(element));
  } catch (cause) {
    throw new RangeError(`input "${tensor.name}" has an element that is no UTF-8, which ONNX Runtime for Node cannot hold`, { cause });
  }
}

/** A tensor over the same memory. */
export function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const datatype = datatypeOfOrt(tensor.type);
  if (datatype === undefined) throw new Error(`output ${name} is ${tensor.type}, which is not supported`);
  const shape = [...tensor.dims];
  const { data } = tensor;
  if (ArrayBuffer.isView(data)) return { name, datatype, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  const encoder = new TextEncoder();
  return { name, datatype, shape, data: packBytes(Array.from(data, (element) => encoder.encode(String(element)))) };
}
