import type { InferParameter, ModelInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { isDatatype } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import type { InferParameters } from "../wire/infer-parameters.ts";
import type { EncodableInferRequest } from "../wire/infer-request.ts";
import type { CallOptions } from "./call-options.ts";

export interface InferOptions extends CallOptions {
  readonly version?: string;
  readonly id?: string;
  /** Names of the wanted outputs; absent asks for all. */
  readonly outputs?: readonly string[];
  /** 1 is served first; absent takes the model's default. */
  readonly priority?: number;
  /** What a canary splits by, for example a document's id; never sent. */
  readonly stickyKey?: string;
  /** Further request parameters, for example a sequence's. */
  readonly parameters?: InferParameters;
}

const NO_PARAMETERS: InferParameters = Object.freeze({});

/** A request over the tensors' own memory, with the deadline as Triton's `timeout` in microseconds. */
export function inferRequest(
  model: string,
  inputs: readonly Tensor[],
  options: InferOptions & { readonly deadlineMs: number },
): EncodableInferRequest {
  return {
    modelName: model,
    modelVersion: options.version ?? "",
    id: options.id ?? "",
    parameters: requestParameters(options),
    inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape, parameters: NO_PARAMETERS, contents: undefined })),
    outputs: options.outputs === undefined ? [] : options.outputs.map((name) => ({ name, parameters: NO_PARAMETERS })),
    rawInputContents: inputs.map(({ data }) => data),
  };
}

function requestParameters(options: InferOptions & { readonly deadlineMs: number }): InferParameters {
  const timeout = integer(Math.max(1, Math.floor(options.deadlineMs * 1_000)));
  if (options.parameters === undefined && options.priority === undefined) return { timeout };
  return { timeout, ...(options.priority === undefined ? {} : { priority: integer(options.priority) }), ...options.parameters };
}

function integer(value: number): InferParameter {
  return { parameterChoice: { $case: "int64Param", int64Param: BigInt(value) } };
}

/**
 * The outputs as tensors, in the server's order; their data are views on the answer. Throws INTERNAL for an output without raw
 * bytes or with a datatype that is not known.
 */
export function outputTensors(response: ModelInferResponse): readonly Tensor[] {
  return response.outputs.map(({ name, datatype, shape }, index) => {
    const data = response.rawOutputContents[index];
    if (data === undefined || !isDatatype(datatype)) {
      throw new PayerHubError(
        "INTERNAL",
        `reading output "${name}" of model "${response.modelName}": it has no raw bytes, it must have some`,
      );
    }
    return { name, datatype, shape: shape.map(Number), data };
  });
}
