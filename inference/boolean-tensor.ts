import { checkCount, checkTensor } from "./tensor.ts";
import type { Tensor } from "./tensor.ts";

/** A BOOL tensor: one byte a value. */
export function booleanTensor(name: string, shape: readonly number[], values: readonly boolean[]): Tensor {
  checkCount(name, values.length, shape);
  return { name, datatype: "BOOL", shape, data: Uint8Array.from(values, Number) };
}

/** The values of a BOOL tensor; every byte but 0 is true. INTERNAL for any other tensor. */
export function booleansOf(tensor: Tensor): readonly boolean[] {
  checkTensor(tensor, ["BOOL"]);
  return Array.from(tensor.data, (byte) => byte !== 0);
}
