import { PayerHubError } from "../../runtime/error.ts";
import type { ModelContract, TensorSpec } from "../client/contract.ts";
import { ELEMENT_BYTES, elementCount, type Tensor } from "../tensor.ts";
import type { BatchModel } from "./batcher.ts";
import type { Extent } from "./entry.ts";
import { splitRows } from "./own-rows.ts";
import { joinPadded, lengthAxis } from "./padded-tensor.ts";
import type { RunOptions } from "./run-isolated.ts";

export interface TensorModelParts {
  /** In every shape the first -1 is the row, a second one the length that differs from request to request. */
  readonly contract: ModelContract;
  /** One element of padding by input, little-endian; absent: zeros. */
  readonly padding?: Readonly<Record<string, Uint8Array>>;
  /** Length of outputs for a length of the inputs, where they differ: a recognizer gives one step for several columns. */
  readonly outputLength?: (inputLength: number) => number;
  /** One call of the model server; `deadlineMs` is from now. Outputs in any order. */
  readonly infer: (inputs: readonly Tensor[], options: Pick<RunOptions, "signal" | "deadlineMs">) => Promise<readonly Tensor[]>;
}

/**
 * A model over tensors for a batcher: pads and concatenates the inputs of many requests, infers once, and gives every request
 * its own rows at its own length. A request is one tensor per input, in the contract's order; so are its outputs.
 */
export function createTensorModel(parts: TensorModelParts): BatchModel<readonly Tensor[], readonly Tensor[]> {
  const { contract, padding, outputLength = (length) => length } = parts;
  return {
    name: contract.name,
    extentOf: (tensors) => extentOf(tensors, contract),
    run: async (requests, { length, signal, deadlineMs }) => {
      const joined = contract.inputs.map((spec, index) => {
        const element = padding?.[spec.name];
        const tensors = requests.map((request) => at(request, index));
        return joinPadded(tensors, spec, element === undefined ? { length } : { length, padding: element });
      });
      const outputs = await parts.infer(joined, { signal, deadlineMs });
      const own = requests.map((request) => {
        const extent = extentOf(request, contract);
        return { rows: extent.rows, length: outputLength(extent.length) };
      });
      const split = contract.outputs.map((spec) => splitRows(named(outputs, spec.name), spec, own));
      return requests.map((_, request) => split.map((tensors) => at(tensors, request)));
    },
  };
}

function extentOf(tensors: readonly Tensor[], { name, inputs }: ModelContract): Extent {
  if (tensors.length !== inputs.length) {
    throw refused(`for model "${name}"`, `it has ${tensors.length} inputs, it must have ${inputs.length}`);
  }
  const rows = tensors[0]?.shape[0] ?? 0;
  let length: number | undefined;
  let bytes = 0;
  for (const [index, spec] of inputs.entries()) {
    const tensor = at(tensors, index);
    const axis = lengthAxis(spec);
    length ??= axis === undefined ? undefined : tensor.shape[axis];
    const wanted = spec.shape.map((size, dimension) => (dimension === 0 ? rows : dimension === axis ? (length ?? 0) : size));
    checkTensor(tensor, spec, wanted);
    bytes += tensor.data.byteLength;
  }
  // Rows of a model without a length axis count as one token each.
  return { rows, length: length ?? 1, bytes };
}

function checkTensor(tensor: Tensor, spec: TensorSpec, shape: readonly number[]): void {
  const bytes = elementCount(shape) * ELEMENT_BYTES[spec.datatype];
  const fits =
    tensor.name === spec.name &&
    tensor.datatype === spec.datatype &&
    tensor.datatype !== "BYTES" &&
    tensor.shape.length === shape.length &&
    shape.every((size, axis) => tensor.shape[axis] === size);
  if (fits && tensor.data.byteLength === bytes) return;
  throw refused(
    `input "${spec.name}"`,
    `it is "${tensor.name}" ${tensor.datatype} [${tensor.shape.join(",")}] with ${tensor.data.byteLength} bytes, ` +
      `it must be "${spec.name}" ${spec.datatype} [${shape.join(",")}] with ${bytes}`,
  );
}

function refused(what: string, states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `batching ${what}: ${states}`);
}

function named(outputs: readonly Tensor[], name: string): Tensor {
  const output = outputs.find((tensor) => tensor.name === name);
  if (output === undefined) throw new PayerHubError("INTERNAL", `reading output "${name}": the model did not give it, it must`);
  return output;
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined)
    throw new PayerHubError("INTERNAL", `reading place "${index}" of ${list.length}: it is empty, it must be filled`);
  return value;
}
