import type { ModelTensor } from "./model-config.ts";

/** The shape that the model itself gets for the shape that a caller gave, which fits the tensor's dims. */
export function innerShape(shape: readonly number[], tensor: ModelTensor, batched: boolean): readonly number[] {
  return tensor.reshape === undefined ? shape : change(shape, { from: tensor.dims, to: tensor.reshape, batched });
}

/** The shape that a caller sees for the shape that the model gave. */
export function outerShape(shape: readonly number[], tensor: ModelTensor | undefined, batched: boolean): readonly number[] {
  return tensor?.reshape === undefined ? shape : change(shape, { from: tensor.reshape, to: tensor.dims, batched });
}

interface Change {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly batched: boolean;
}

/** Variable dimensions keep their sizes in order, as in Triton; the others are those of `to`. */
function change(shape: readonly number[], { from, to, batched }: Change): readonly number[] {
  const own = batched ? shape.slice(1) : shape;
  const variable = own.filter((_, axis) => from[axis] === -1);
  const changed = to.map((dimension) => (dimension === -1 ? (variable.shift() ?? 1) : dimension));
  return batched ? [shape[0] ?? 0, ...changed] : changed;
}
