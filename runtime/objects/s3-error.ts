import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import { abortError } from "../signals.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and what the client makes of answers without a body. */
const CODE_OF_S3: Readonly<Record<string, Code>> = {
  NoSuchKey: "NOT_FOUND",
  NotFound: "NOT_FOUND",
  NoSuchBucket: "FAILED_PRECONDITION",
  NoSuchUpload: "ABORTED",
  PreconditionFailed: "ALREADY_EXISTS",
  ConditionalRequestConflict: "ABORTED",
  AccessDenied: "PERMISSION_DENIED",
  InvalidAccessKeyId: "UNAUTHENTICATED",
  SignatureDoesNotMatch: "UNAUTHENTICATED",
  ExpiredToken: "UNAUTHENTICATED",
  BadDigest: "DATA_LOSS",
  XAmzContentSHA256Mismatch: "DATA_LOSS",
  QuotaExceeded: "RESOURCE_EXHAUSTED",
  EntityTooLarge: "RESOURCE_EXHAUSTED",
  XAdminQuotaExceeded: "RESOURCE_EXHAUSTED",
  RequestTimeout: "UNAVAILABLE",
  ServiceUnavailable: "UNAVAILABLE",
  SlowDown: "UNAVAILABLE",
  InternalError: "UNAVAILABLE",
};

/** Statuses that the client turns into a plain error without a code. */
const RETRYABLE_STATUS = /^(408|429|499|5\d\d)$/;

/** Gives what an S3 call threw its code; `status` is that of the last answer, 0 for none. */
export function s3Error(
  caught: unknown,
  options: { readonly attempted: string; readonly status: number; readonly signal: AbortSignal },
): PayerHubError {
  if (caught instanceof PayerHubError) return caught;
  const { attempted, status, signal } = options;
  if (signal.aborted) return abortError(signal, attempted);
  const code = codeOf(caught) ?? (RETRYABLE_STATUS.test(String(status)) ? "UNAVAILABLE" : undefined);
  if (code === undefined) return PayerHubError.from(caught, { attempted, code: "UNAVAILABLE" });
  return new PayerHubError(code, `${attempted} failed: the object server answered with ${status}, it must accept`, { cause: caught });
}

function codeOf(caught: unknown): Code | undefined {
  if (!(caught instanceof Error) || !("code" in caught)) return undefined;
  return typeof caught.code === "string" ? CODE_OF_S3[caught.code] : undefined;
}
