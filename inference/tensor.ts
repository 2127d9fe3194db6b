import { PayerHubError } from "../runtime/error.ts";

/** Bytes of one element by Triton's datatype name; BYTES elements carry their own length. */
export const ELEMENT_BYTES = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: 0,
} as const;

export type Datatype = keyof typeof ELEMENT_BYTES;

/** A tensor as it travels: little-endian, row-major, no padding; BYTES elements are a 4-byte length and the bytes. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export function isDatatype(text: string): text is Datatype {
  return Object.hasOwn(ELEMENT_BYTES, text);
}

/** Product of the dimensions; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Refuses, with INVALID_ARGUMENT, a number of values that does not fill the shape. */
export function checkCount(name: string, count: number, shape: readonly number[]): void {
  if (count === elementCount(shape)) return;
  throw new PayerHubError(
    "INVALID_ARGUMENT",
    `building tensor "${name}": it has ${count} values, shape [${shape.join(",")}] needs ${elementCount(shape)}`,
  );
}

/** Refuses, with INTERNAL, a received tensor of another datatype or whose bytes do not fill its shape. */
export function checkTensor(tensor: Tensor, datatypes: readonly Datatype[]): void {
  const { name, datatype, data, shape } = tensor;
  const bytes = elementCount(shape) * ELEMENT_BYTES[datatype];
  if (datatypes.includes(datatype) && (datatype === "BYTES" || data.byteLength === bytes)) return;
  throw new PayerHubError(
    "INTERNAL",
    `reading tensor "${name}": it is ${datatype} with ${data.byteLength} bytes, it must be ${datatypes.join(" or ")} and fill [${shape.join(",")}]`,
  );
}

/** An FP32 tensor over the values' memory; the caller must not change it before the call has ended. */
export function float32Tensor(name: string, shape: readonly number[], values: Float32Array): Tensor {
  checkCount(name, values.length, shape);
  return { name, datatype: "FP32", shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** The values of an FP32 tensor: a view on the received message where that is aligned, else a copy. */
export function toFloat32(tensor: Tensor): Float32Array {
  checkTensor(tensor, ["FP32"]);
  const { buffer, byteOffset } = alignedData(tensor.data, ELEMENT_BYTES.FP32);
  return new Float32Array(buffer, byteOffset, elementCount(tensor.shape));
}

/** The data where a typed array of `elementBytes` may start: the data itself when it is aligned, else a copy. */
export function alignedData(data: Uint8Array, elementBytes: number): Uint8Array {
  return data.byteOffset % elementBytes === 0 ? data : new Uint8Array(data);
}
