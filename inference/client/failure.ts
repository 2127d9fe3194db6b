import { status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { CODES, PayerHubError } from "../../runtime/error.ts";
import type { Code } from "../../runtime/error.ts";
import { abortError } from "../../runtime/signals.ts";

/**
 * Triton answers a full queue and an expired queue time with UNAVAILABLE, the code of a lost connection; only the text
 * tells them apart. Retrying an overload on the same server makes a retry storm, so it gets a code of its own.
 */
const OVERLOAD_TEXT = /exceeds maximum queue size|request timeout expired/i;

/**
 * The coded error of a failed call: RESOURCE_EXHAUSTED for overload, UNAVAILABLE for outage, the caller's own reason when it
 * aborted, else the server's code. The server's text stays the cause: a model may quote its input in it.
 */
export function callFailure(error: ServiceError, attempted: string, signal: AbortSignal): PayerHubError {
  if (signal.aborted) return abortError(signal, attempted);
  if (error.code === status.UNAVAILABLE && OVERLOAD_TEXT.test(error.details)) {
    return new PayerHubError("RESOURCE_EXHAUSTED", `${attempted}: the model server is overloaded, it must have room in its queue`, {
      cause: error,
    });
  }
  const code = codeOf(error.code);
  return new PayerHubError(code, `${attempted}: the model server answered ${code}, it must answer OK`, { cause: error });
}

function codeOf(number: status): Code {
  for (const [name, value] of Object.entries(CODES)) {
    if (value === Number(number) && isCode(name)) return name;
  }
  return "UNKNOWN";
}

function isCode(name: string): name is Code {
  return Object.hasOwn(CODES, name);
}
