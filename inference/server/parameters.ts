import type { InferParameter } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";

type ParameterCase = NonNullable<InferParameter["parameterChoice"]>["$case"];

/** Request parameters that the protocol reserves, with the types it takes. */
const RESERVED: Readonly<Record<string, readonly ParameterCase[]>> = {
  sequence_id: ["int64Param", "stringParam"],
  sequence_start: ["boolParam"],
  sequence_end: ["boolParam"],
  priority: ["int64Param", "uint64Param"],
  timeout: ["int64Param"],
  triton_enable_empty_final_response: ["boolParam"],
};
/** What any other name may have. */
const FREE: readonly ParameterCase[] = ["boolParam", "int64Param", "stringParam", "doubleParam"];

export interface RequestParameters {
  /** 0: none given. */
  readonly timeoutMs: number;
  /** 0: none given. */
  readonly priority: number;
}

/** Checks a request's parameters; INVALID_ARGUMENT for a reserved one of another type, a priority below zero, or an unknown `triton_` one. */
export function readParameters(parameters: Readonly<Record<string, InferParameter>>): RequestParameters {
  for (const name of Object.keys(parameters)) {
    const parameter = parameters[name];
    if (parameter !== undefined) checkParameter(name, parameter);
  }
  const priority = Number(integerOf(parameters["priority"]));
  if (priority < 0) refuse("priority", "it is below 0, it must not be");
  // As in Triton: a timeout below zero is none.
  return { timeoutMs: Math.max(0, Number(integerOf(parameters["timeout"]))) / 1_000, priority };
}

function checkParameter(name: string, parameter: InferParameter): void {
  const reserved = Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined;
  if (reserved === undefined && name.startsWith("triton_")) refuse(name, "it is not known, names with triton_ are reserved");
  const allowed = reserved ?? FREE;
  const given = parameter.parameterChoice?.$case;
  if (given === undefined || !allowed.includes(given))
    refuse(name, `it is given as ${given ?? "nothing"}, it must be ${allowed.join(" or ")}`);
}

function integerOf(parameter: InferParameter | undefined): bigint {
  const choice = parameter?.parameterChoice;
  if (choice?.$case === "int64Param") return choice.int64Param;
  return choice?.$case === "uint64Param" ? choice.uint64Param : 0n;
}

function refuse(name: string, states: string): never {
  throw new PayerHubError("INVALID_ARGUMENT", `reading request parameter "${name}": ${states}`);
}
