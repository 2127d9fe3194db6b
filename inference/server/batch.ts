import { PayerHubError } from "../../runtime/error.ts";
import type { Tensor } from "../tensor.ts";
import type { CheckedRequest } from "./validate.ts";

/** Every tensor of a joined buffer starts at a multiple of this, in bytes: the largest element that ONNX Runtime has. */
const ALIGNMENT_BYTES = 8;

/** Whether two requests may run as one: the same inputs and shapes apart from the rows, as Triton's batcher demands. BYTES never. */
export function canJoin(first: CheckedRequest, second: CheckedRequest): boolean {
  if (first.inputs.length !== second.inputs.length) return false;
  return first.inputs.every((input, index) => {
    const other = second.inputs[index];
    if (other === undefined || other.name !== input.name || input.datatype === "BYTES") return false;
    if (other.shape.length !== input.shape.length) return false;
    return input.shape.every((dimension, axis) => axis === 0 || dimension === other.shape[axis]);
  });
}

/** The inputs of several requests, rows of each after the other; of more than one, in one buffer of their own. */
export function joinInputs(requests: readonly CheckedRequest[]): readonly Tensor[] {
  const [first] = requests;
  if (first === undefined) return [];
  if (requests.length === 1) return first.inputs;
  const rows = requests.reduce((sum, request) => sum + request.rows, 0);
  const total = requests.reduce((sum, request) => sum + request.bytes, 0) + first.inputs.length * ALIGNMENT_BYTES;
  const joined = new Uint8Array(total);
  let at = 0;
  return first.inputs.map((input, index) => {
    const start = at;
    for (const request of requests) {
      const data = request.inputs[index]?.data ?? new Uint8Array();
      joined.set(data, at);
      at += data.byteLength;
    }
    const data = joined.subarray(start, at);
    at = Math.ceil(at / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    return { ...input, shape: [rows, ...input.shape.slice(1)], data };
  });
}

/** The outputs of one request out of those of its batch: its own rows only, and only the outputs it asked for. */
export function splitOutputs(outputs: readonly Tensor[], requests: readonly CheckedRequest[]): readonly (readonly Tensor[])[] {
  const total = requests.reduce((sum, request) => sum + request.rows, 0);
  let start = 0;
  return requests.map((request) => {
    const end = start + request.rows;
    const own = outputs
      .filter((output) => request.outputs.includes(output.name))
      .map((output) => (requests.length === 1 ? output : sliceRows(output, { start, end, total })));
    start = end;
    return own;
  });
}

function sliceRows(output: Tensor, range: { readonly start: number; readonly end: number; readonly total: number }): Tensor {
  if (output.shape[0] !== range.total || output.datatype === "BYTES") {
    throw new PayerHubError(
      "INTERNAL",
      `splitting output "${output.name}": it has ${output.shape[0] ?? 0} rows, the batch has ${range.total}`,
    );
  }
  const rowBytes = output.data.byteLength / range.total;
  return {
    ...output,
    shape: [range.end - range.start, ...output.shape.slice(1)],
    data: output.data.subarray(range.start * rowBytes, range.end * rowBytes),
  };
}
