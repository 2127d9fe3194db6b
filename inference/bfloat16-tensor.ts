import { alignedData, checkCount, checkTensor, ELEMENT_BYTES } from "./tensor.ts";
import type { Tensor } from "./tensor.ts";

const QUIET_NAN = 0x7fc0;

/** A BF16 tensor: the upper half of each float32, rounded to the nearest, ties to even. */
export function bfloat16Tensor(name: string, shape: readonly number[], values: Float32Array): Tensor {
  checkCount(name, values.length, shape);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < bits.length; index += 1) {
    const bit = bits[index] ?? 0;
    const isNan = (bit & 0x7fff_ffff) > 0x7f80_0000;
    // Rounding could carry a NaN into an infinity.
    halves[index] = isNan ? (bit >>> 16) | QUIET_NAN : (bit + 0x7fff + ((bit >>> 16) & 1)) >>> 16;
  }
  return { name, datatype: "BF16", shape, data: new Uint8Array(halves.buffer) };
}

/** The values of a BF16 tensor, exactly. INTERNAL for any other tensor. */
export function bfloat16Values(tensor: Tensor): Float32Array {
  checkTensor(tensor, ["BF16"]);
  const { buffer, byteOffset, byteLength } = alignedData(tensor.data, ELEMENT_BYTES.BF16);
  const halves = new Uint16Array(buffer, byteOffset, byteLength / ELEMENT_BYTES.BF16);
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) bits[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}
