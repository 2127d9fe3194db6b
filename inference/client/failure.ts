import { CODES, PayerHubError } from "../../runtime/error.ts";
import type { Code } from "../../runtime/error.ts";
import { abortError } from "../../runtime/signals.ts";

/**
 * Triton answers a full queue and an expired queue time with UNAVAILABLE, the code of a lost connection; only the text
 * tells them apart. Retrying an overload on the same server makes a retry storm, so it gets a code of its own.
 */
const OVERLOAD_TEXT = /exceeds maximum queue size|request timeout expired/i;

/** What both transports say of a failed call: our own `CallStatus`, or grpc-js's `ServiceError`. */
export interface FailedCall {
  readonly code: number;
  readonly details: string;
}

/**
 * The coded error of a failed call: RESOURCE_EXHAUSTED for overload, UNAVAILABLE for outage, the caller's own reason when it
 * aborted, else the server's code. The server's text stays the cause: a model may quote its input in it.
 */
export function callFailure(failed: FailedCall, attempted: string, signal: AbortSignal): PayerHubError {
  if (signal.aborted) return abortError(signal, attempted);
  if (failed.code === CODES.UNAVAILABLE && OVERLOAD_TEXT.test(failed.details)) {
    return new PayerHubError("RESOURCE_EXHAUSTED", `${attempted}: the model server is overloaded, it must have room in its queue`, {
      cause: failed,
    });
  }
  const code = codeOf(failed.code);
  return new PayerHubError(code, `${attempted}: the model server answered ${code}, it must answer OK`, { cause: failed });
}

/** Whether a call failed before a model server answered it: it cannot be reached, or its connection broke. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof PayerHubError) || error.code !== "UNAVAILABLE") return false;
  const { cause } = error;
  return typeof cause === "object" && cause !== null && "connectionLost" in cause && cause.connectionLost === true;
}

/** Whether a model server refused a call because it has too much to do. */
export function isOverload(error: unknown): boolean {
  if (!(error instanceof PayerHubError) || error.code !== "RESOURCE_EXHAUSTED") return false;
  const { cause } = error;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === CODES.UNAVAILABLE;
}

function codeOf(number: number): Code {
  for (const [name, value] of Object.entries(CODES)) {
    if (value === number && isCode(name)) return name;
  }
  return "UNKNOWN";
}

function isCode(name: string): name is Code {
  return Object.hasOwn(CODES, name);
}
