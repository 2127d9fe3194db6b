import type { ModelInferRequest_InferRequestedOutputTensor } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { ModelConfig } from "./model-config.ts";

/** What a request wants of the outputs. */
export interface WantedOutputs {
  /** In the configuration's order. */
  readonly names: readonly string[];
  /** How many classes of an output are wanted instead of its values; undefined when none is. */
  readonly classes: ReadonlyMap<string, number> | undefined;
}

/** Checks the wanted outputs: INVALID_ARGUMENT for an unknown one or a classification that is no count. None named asks for all. */
export function readWanted(wanted: readonly ModelInferRequest_InferRequestedOutputTensor[], config: ModelConfig): WantedOutputs {
  const known = config.outputs.map((output) => output.name);
  if (wanted.length === 0) return { names: known, classes: undefined };
  const classes = new Map<string, number>();
  for (const output of wanted) {
    const spec = config.outputs.find(({ name }) => name === output.name);
    if (spec === undefined) refuse(`it asks for output "${output.name}", the model has none of that name`);
    const parameter = output.parameters["classification"];
    if (parameter === undefined) continue;
    const choice = parameter.parameterChoice;
    if (choice?.$case !== "int64Param" || choice.int64Param <= 0n)
      refuse(`it asks for a classification of output "${output.name}" that is no positive int64_param, it must be one`);
    // Triton takes the request and then crashes, or fails; neither is worth being like.
    if (!CLASSIFIABLE.has(spec.datatype))
      refuse(`it asks for a classification of output "${output.name}", which is ${spec.datatype}, it must be of numbers`);
    classes.set(output.name, Number(choice.int64Param));
  }
  const names = known.filter((name) => wanted.some((output) => output.name === name));
  return { names, classes: classes.size === 0 ? undefined : classes };
}

const CLASSIFIABLE: ReadonlySet<string> = new Set([
  "UINT8",
  "UINT16",
  "UINT32",
  "UINT64",
  "INT8",
  "INT16",
  "INT32",
  "INT64",
  "FP32",
  "FP64",
]);

function refuse(states: string): never {
  throw new PayerHubError("INVALID_ARGUMENT", `reading the inference request: ${states}`);
}
