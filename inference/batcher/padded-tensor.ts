import { PayerHubError } from "../../runtime/error.ts";
import type { TensorSpec } from "../client/contract.ts";
import { ELEMENT_BYTES, elementCount, type Tensor } from "../tensor.ts";

/** The axis of a signature whose size differs from request to request beside the rows of axis 0; undefined: there is none. */
export function lengthAxis({ shape }: TensorSpec): number | undefined {
  const axis = shape.indexOf(-1, 1);
  return axis < 0 ? undefined : axis;
}

/**
 * The same input of several requests as one tensor: each padded at its length axis to `length`, rows of each after the other.
 * `padding` is one element, little-endian; absent pads with zeros. Every byte is copied once. The tensors must be of the
 * signature and no longer than `length`.
 */
export function joinPadded(
  tensors: readonly Tensor[],
  spec: TensorSpec,
  to: { readonly length: number; readonly padding?: Uint8Array },
): Tensor {
  const axis = lengthAxis(spec);
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const shape = spec.shape.map((size, index) => (index === 0 ? rows : index === axis ? to.length : size));
  const data = new Uint8Array(elementCount(shape) * ELEMENT_BYTES[spec.datatype]);
  if (to.padding !== undefined) Buffer.from(data.buffer).fill(to.padding);
  let start = 0;
  for (const tensor of tensors) start = copyPadded(tensor, { data, start, length: to.length, axis });
  return { name: spec.name, datatype: spec.datatype, shape, data };
}

interface Target {
  readonly data: Uint8Array;
  readonly start: number;
  readonly length: number;
  readonly axis: number | undefined;
}

/** Gives the position behind the copied rows. */
function copyPadded(tensor: Tensor, { data, start, length, axis }: Target): number {
  const own = axis === undefined ? undefined : tensor.shape[axis];
  if (axis === undefined || own === undefined || own === length) {
    data.set(tensor.data, start);
    return start + tensor.data.byteLength;
  }
  if (own > length) {
    throw new PayerHubError("INTERNAL", `padding input "${tensor.name}": axis ${axis} is ${own} long, it must be at most ${length}`);
  }
  const inner = elementCount(tensor.shape.slice(axis + 1)) * ELEMENT_BYTES[tensor.datatype];
  const strips = elementCount(tensor.shape.slice(0, axis));
  for (let strip = 0; strip < strips; strip += 1) {
    data.set(tensor.data.subarray(strip * own * inner, (strip + 1) * own * inner), start + strip * length * inner);
  }
  return start + strips * length * inner;
}
