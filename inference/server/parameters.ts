import type { InferParameter } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";

type ParameterCase = NonNullable<InferParameter["parameterChoice"]>["$case"];

/** Request parameters that the protocol reserves, with the types it takes; every other name passes with any type. */
const RESERVED: Readonly<Record<string, readonly ParameterCase[]>> = {
  sequence_id: ["int64Param", "uint64Param", "stringParam"],
  sequence_start: ["boolParam"],
  sequence_end: ["boolParam"],
  priority: ["int64Param", "uint64Param"],
  timeout: ["int64Param", "uint64Param"],
  triton_enable_empty_final_response: ["boolParam"],
};

export interface RequestParameters {
  /** 0: none given. */
  readonly timeoutMs: number;
}

/** Checks a request's parameters; INVALID_ARGUMENT for a reserved one of another type, below zero, or an unknown `triton_` one. */
export function readParameters(parameters: Readonly<Record<string, InferParameter>>): RequestParameters {
  for (const [name, parameter] of Object.entries(parameters)) checkReserved(name, parameter);
  const timeout = parameters["timeout"] === undefined ? 0 : (integerOf(parameters["timeout"]) ?? 0n);
  return { timeoutMs: Number(timeout) / 1_000 };
}

function checkReserved(name: string, parameter: InferParameter): void {
  const allowed = Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined;
  if (allowed === undefined) {
    if (name.startsWith("triton_")) refuse(name, "it is not known, names with triton_ are reserved");
    return;
  }
  const given = parameter.parameterChoice?.$case;
  if (given === undefined || !allowed.includes(given))
    refuse(name, `it is given as ${given ?? "nothing"}, it must be ${allowed.join(" or ")}`);
  const integer = integerOf(parameter);
  if (integer !== undefined && integer < 0n) refuse(name, "it is below 0, it must not be");
}

function integerOf({ parameterChoice: choice }: InferParameter): bigint | undefined {
  if (choice?.$case === "int64Param") return choice.int64Param;
  if (choice?.$case === "uint64Param") return choice.uint64Param;
  return undefined;
}

function refuse(name: string, states: string): never {
  throw new PayerHubError("INVALID_ARGUMENT", `reading request parameter "${name}": ${states}`);
}
