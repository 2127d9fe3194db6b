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

/** An FP32 tensor over the values' memory; the caller must not change it before the call has ended. */
export function float32Tensor(name: string, shape: readonly number[], values: Float32Array): Tensor {
  if (values.length !== elementCount(shape)) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `building tensor "${name}": it has ${values.length} values, shape [${shape.join(",")}] needs ${elementCount(shape)}`,
    );
  }
  return { name, datatype: "FP32", shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** The values of an FP32 tensor. Copies, because a slice of a received message is rarely aligned to four bytes. */
export function toFloat32(tensor: Tensor): Float32Array {
  const count = elementCount(tensor.shape);
  if (tensor.datatype !== "FP32" || tensor.data.byteLength !== count * ELEMENT_BYTES.FP32) {
    throw new PayerHubError(
      "INTERNAL",
      `reading tensor "${tensor.name}": it is ${tensor.datatype} with ${tensor.data.byteLength} bytes, it must be FP32 with ${count * 4}`,
    );
  }
  const values = new Float32Array(count);
  new Uint8Array(values.buffer).set(tensor.data);
  return values;
}
