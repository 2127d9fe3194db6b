/** The closed set of error codes: gRPC's, by name (https://grpc.io/docs/guides/status-codes/). */
export const CODES = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type Code = keyof typeof CODES;

/** Codes that a later attempt with the same input may turn into success. */
const RETRYABLE: ReadonlySet<Code> = new Set(["UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED", "RESOURCE_EXHAUSTED", "UNKNOWN"]);

/**
 * The only error class of the product. The message follows one grammar: what was attempted, the value in quotes, a colon,
 * the present state, the required state; no PHI, no full stop. The cause is for logs and is never sent to a client.
 */
export class PayerHubError extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "PayerHubError";
    this.code = code;
  }

  /** gRPC's number of the code. */
  get number(): number {
    return CODES[this.code];
  }

  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }

  /** Turns anything caught into a PayerHubError; a foreign error keeps its text only as the cause. */
  static from(caught: unknown, fallback: { readonly code?: Code; readonly attempted: string }): PayerHubError {
    if (caught instanceof PayerHubError) return caught;
    const code = codeOf(caught) ?? fallback.code ?? "INTERNAL";
    return new PayerHubError(code, `${fallback.attempted} failed: the operation ended with ${code}`, { cause: caught });
  }
}

function codeOf(caught: unknown): Code | undefined {
  if (!(caught instanceof Error)) return undefined;
  if (caught.name === "AbortError") return "CANCELLED";
  if (caught.name === "TimeoutError") return "DEADLINE_EXCEEDED";
  const code: unknown = "code" in caught ? caught.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "RESOURCE_EXHAUSTED";
  if (code === "ENOENT") return "NOT_FOUND";
  if (code === "EEXIST") return "ALREADY_EXISTS";
  if (code === "EACCES" || code === "EPERM") return "PERMISSION_DENIED";
  if (code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE") return "UNAVAILABLE";
  return undefined;
}
