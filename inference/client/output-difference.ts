import { bfloat16Values } from "../bfloat16-tensor.ts";
import { bytesOf } from "../bytes-tensor.ts";
import { numbersOf } from "../numeric-tensor.ts";
import type { Tensor } from "../tensor.ts";

/** How far two answers to the same call are apart. */
export interface OutputDifference {
  /** Values that were compared. */
  readonly values: number;
  /** Largest and mean distance of two values; a BYTES element that differs counts 1, NaN against a number is infinite. */
  readonly maxAbsolute: number;
  readonly meanAbsolute: number;
  /** Outputs that only one side has, or that have another datatype or shape. */
  readonly incomparable: readonly string[];
}

/** Compares outputs by name. Throws INTERNAL for a tensor whose bytes do not fill its shape. */
export function outputDifference(left: readonly Tensor[], right: readonly Tensor[]): OutputDifference {
  const incomparable = right.filter((tensor) => !left.some(({ name }) => name === tensor.name)).map(({ name }) => name);
  let [values, maxAbsolute, sum] = [0, 0, 0];
  for (const tensor of left) {
    const other = right.find(({ name }) => name === tensor.name);
    if (other === undefined || other.datatype !== tensor.datatype || other.shape.join() !== tensor.shape.join()) {
      incomparable.push(tensor.name);
      continue;
    }
    for (const distance of distances(tensor, other)) {
      values += 1;
      sum += distance;
      maxAbsolute = Math.max(maxAbsolute, distance);
    }
  }
  return { values, maxAbsolute, meanAbsolute: values === 0 ? 0 : sum / values, incomparable };
}

function* distances(left: Tensor, right: Tensor): Generator<number> {
  if (left.datatype === "BYTES") {
    const others = bytesOf(right);
    for (const [index, element] of bytesOf(left).entries()) yield Buffer.compare(element, others[index] ?? new Uint8Array()) === 0 ? 0 : 1;
    return;
  }
  const others = valuesOf(right);
  for (const [index, value] of valuesOf(left).entries()) yield distance(value, others[index] ?? Number.NaN);
}

function distance(left: number | bigint, right: number | bigint): number {
  // Equal infinities and two NaN are the same answer, their difference is none.
  if (Object.is(left, right) || left === right) return 0;
  const apart = Math.abs(Number(left) - Number(right));
  return Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
}

function valuesOf(tensor: Tensor): ArrayLike<number | bigint> & { entries(): IterableIterator<[number, number | bigint]> } {
  const { datatype } = tensor;
  if (datatype === "BF16") return bfloat16Values(tensor);
  if (datatype === "BOOL") return tensor.data;
  if (datatype === "BYTES") return new Uint8Array();
  return numbersOf(tensor, datatype);
}
