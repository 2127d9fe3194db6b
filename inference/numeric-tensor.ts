import { alignedData, checkCount, checkTensor, ELEMENT_BYTES, elementCount } from "./tensor.ts";
import type { Tensor } from "./tensor.ts";

/** The array whose memory is a tensor's, by datatype. BF16 has none in JavaScript; BOOL and BYTES are no numbers. */
interface NumericArrays {
  readonly UINT8: Uint8Array;
  readonly UINT16: Uint16Array;
  readonly UINT32: Uint32Array;
  readonly UINT64: BigUint64Array;
  readonly INT8: Int8Array;
  readonly INT16: Int16Array;
  readonly INT32: Int32Array;
  readonly INT64: BigInt64Array;
  readonly FP16: Float16Array;
  readonly FP32: Float32Array;
  readonly FP64: Float64Array;
}

export type NumericDatatype = keyof NumericArrays;

type View<A> = (buffer: ArrayBufferLike, offset: number, length: number) => A;

const VIEWS: { readonly [D in NumericDatatype]: View<NumericArrays[D]> } = {
  UINT8: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
  UINT16: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
  UINT32: (buffer, offset, length) => new Uint32Array(buffer, offset, length),
  UINT64: (buffer, offset, length) => new BigUint64Array(buffer, offset, length),
  INT8: (buffer, offset, length) => new Int8Array(buffer, offset, length),
  INT16: (buffer, offset, length) => new Int16Array(buffer, offset, length),
  INT32: (buffer, offset, length) => new Int32Array(buffer, offset, length),
  INT64: (buffer, offset, length) => new BigInt64Array(buffer, offset, length),
  FP16: (buffer, offset, length) => new Float16Array(buffer, offset, length),
  FP32: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  FP64: (buffer, offset, length) => new Float64Array(buffer, offset, length),
};

/** A tensor over the values' memory; the caller must not change it before the call has ended. */
export function numericTensor<D extends NumericDatatype>(
  { name, datatype, shape }: { readonly name: string; readonly datatype: D; readonly shape: readonly number[] },
  values: NumericArrays[D],
): Tensor {
  checkCount(name, values.length, shape);
  return { name, datatype, shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/**
 * The values of a tensor: a view on the received message where that is aligned, else a copy. INTERNAL for a tensor of another
 * datatype or whose bytes do not fill its shape.
 */
export function numbersOf<D extends NumericDatatype>(tensor: Tensor, datatype: D): NumericArrays[D] {
  checkTensor(tensor, [datatype]);
  const { buffer, byteOffset } = alignedData(tensor.data, ELEMENT_BYTES[datatype]);
  return VIEWS[datatype](buffer, byteOffset, elementCount(tensor.shape));
}
