import { type Code, PayerHubError } from "../runtime/error.ts";
import { RETRY_AFTER_S } from "./port-parts.ts";
import { isTooLarge } from "./too-large.ts";

/** HTTP status of each code (google.rpc.Code's mapping), except where an upload has a closer one. */
const STATUS_OF: Readonly<Record<Code, number>> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 408,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 412,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** Codes of the status that the HTTP framework itself answers with. */
const CODE_OF: Readonly<Record<number, Code>> = {
  400: "INVALID_ARGUMENT",
  404: "NOT_FOUND",
  408: "DEADLINE_EXCEEDED",
  413: "RESOURCE_EXHAUSTED",
  415: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
};

/** Body of an error answer (RFC 9457, application/problem+json) with gRPC's code by name. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: Code;
  readonly message: string;
}

/** An error answer: its body and the headers that go with it. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** Turns anything thrown by a route or by the framework into an answer without internals. */
export function problemOf(caught: unknown): ProblemAnswer {
  const frameworkStatus = statusOfFramework(caught);
  if (frameworkStatus !== undefined) return frameworkProblem(frameworkStatus);
  const error = PayerHubError.from(caught, { attempted: "answering a request" });
  const status = isTooLarge(error) ? 413 : STATUS_OF[error.code];
  return answer(status, error.code, error.message, error.code === "UNAVAILABLE" || status === 429);
}

function frameworkProblem(status: number): ProblemAnswer {
  const code = CODE_OF[status] ?? "INVALID_ARGUMENT";
  return answer(
    status,
    code,
    `reading a request: it ended with HTTP status "${status}", it must be well formed and within limits`,
    status === 429,
  );
}

function answer(status: number, code: Code, message: string, retry: boolean): ProblemAnswer {
  const headers: Record<string, string> = {};
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (retry) headers["retry-after"] = String(RETRY_AFTER_S);
  return { problem: { type: "about:blank", title: code, status, code, message }, headers };
}

/** Fastify's errors carry the client error status that they stand for. */
function statusOfFramework(caught: unknown): number | undefined {
  if (caught instanceof PayerHubError || !(caught instanceof Error) || !("statusCode" in caught)) return undefined;
  const status = caught.statusCode;
  return typeof status === "number" && status >= 400 && status < 500 ? status : undefined;
}
