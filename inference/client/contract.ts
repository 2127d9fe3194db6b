import type { ModelMetadataResponse, ModelMetadataResponse_TensorMetadata } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Datatype } from "../tensor.ts";

export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** -1 is a variable dimension. */
  readonly shape: readonly number[];
}

/** What this code was built to exchange with a model. One file a model under `inference/models/`. */
export interface ModelContract {
  readonly name: string;
  /** Decimal version; undefined lets the server choose. */
  readonly version?: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/**
 * Refuses a served model whose signature is not the contract's: FAILED_PRECONDITION, naming both sides. A served model may
 * have further outputs; every input must be known here, because a model cannot run without one.
 */
export function checkContract(contract: ModelContract, served: ModelMetadataResponse): void {
  compare(contract, "input", contract.inputs, served.inputs);
  compare(contract, "output", contract.outputs, served.outputs);
  const unknown = served.inputs.find((input) => !contract.inputs.some((spec) => spec.name === input.name));
  if (unknown !== undefined) refuse(contract, `the server also asks for input ${describeServed(unknown)}, the contract has no such input`);
}

function compare(
  contract: ModelContract,
  side: string,
  specs: readonly TensorSpec[],
  served: readonly ModelMetadataResponse_TensorMetadata[],
): void {
  for (const spec of specs) {
    const found = served.find((tensor) => tensor.name === spec.name);
    const wanted = `${spec.name} ${spec.datatype} [${spec.shape.join(",")}]`;
    if (found === undefined) {
      refuse(contract, `the server has ${side}s ${served.map(describeServed).join(", ") || "none"}, the contract needs ${wanted}`);
    }
    if (describeServed(found) !== wanted) refuse(contract, `the server has ${side} ${describeServed(found)}, the contract needs ${wanted}`);
  }
}

function describeServed(tensor: ModelMetadataResponse_TensorMetadata): string {
  return `${tensor.name} ${tensor.datatype} [${tensor.shape.join(",")}]`;
}

function refuse(contract: ModelContract, states: string): never {
  throw new PayerHubError("FAILED_PRECONDITION", `checking the contract of model "${contract.name}": ${states}`);
}
