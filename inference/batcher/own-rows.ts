import { PayerHubError } from "../../runtime/error.ts";
import type { TensorSpec } from "../client/contract.ts";
import { ELEMENT_BYTES, elementCount, type Tensor } from "../tensor.ts";
import { lengthAxis } from "./padded-tensor.ts";

/** Which rows of a batch belong to one request. */
export interface Part {
  readonly rows: number;
  /** Length of this output for the request's own input. */
  readonly length: number;
}

/**
 * An output of a batch, cut into what belongs to each request, in their order: its own rows, at its own length. Copies, so that
 * nobody holds or can change the rows of another. INTERNAL when the output is not of the signature or its rows are not those
 * of the batch.
 */
export function splitRows(tensor: Tensor, spec: TensorSpec, parts: readonly Part[]): readonly Tensor[] {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  checkOutput(tensor, spec, rows);
  const axis = lengthAxis(spec);
  const rowBytes = elementCount(tensor.shape.slice(1)) * ELEMENT_BYTES[tensor.datatype];
  let start = 0;
  return parts.map((part) => {
    const end = start + part.rows * rowBytes;
    const own = { ...tensor, shape: [part.rows, ...tensor.shape.slice(1)], data: tensor.data.subarray(start, end) };
    start = end;
    return axis === undefined ? { ...own, data: Uint8Array.from(own.data) } : cut(own, axis, part.length);
  });
}

function checkOutput(tensor: Tensor, spec: TensorSpec, rows: number): void {
  const bytes = elementCount(tensor.shape) * ELEMENT_BYTES[tensor.datatype];
  const fits =
    tensor.datatype === spec.datatype &&
    tensor.datatype !== "BYTES" &&
    tensor.shape.length === spec.shape.length &&
    spec.shape.every((size, axis) => (axis === 0 ? tensor.shape[0] === rows : size === -1 || tensor.shape[axis] === size));
  if (fits && tensor.data.byteLength === bytes) return;
  throw new PayerHubError(
    "INTERNAL",
    `splitting output "${spec.name}": it is ${tensor.datatype} [${tensor.shape.join(",")}] with ${tensor.data.byteLength} bytes, ` +
      `it must be ${spec.datatype} [${[rows, ...spec.shape.slice(1)].join(",")}]`,
  );
}

function cut(tensor: Tensor, axis: number, length: number): Tensor {
  const padded = tensor.shape[axis] ?? 0;
  if (padded < length) {
    throw new PayerHubError("INTERNAL", `splitting output "${tensor.name}": axis ${axis} is ${padded} long, it must be at least ${length}`);
  }
  const inner = elementCount(tensor.shape.slice(axis + 1)) * ELEMENT_BYTES[tensor.datatype];
  const strips = elementCount(tensor.shape.slice(0, axis));
  const data = new Uint8Array(strips * length * inner);
  for (let strip = 0; strip < strips; strip += 1) {
    const start = strip * padded * inner;
    data.set(tensor.data.subarray(start, start + length * inner), strip * length * inner);
  }
  return { ...tensor, shape: tensor.shape.map((size, index) => (index === axis ? length : size)), data };
}
