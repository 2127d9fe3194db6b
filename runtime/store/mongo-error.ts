import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from "mongodb";
import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import { abortError } from "../signals.ts";

/** https://www.mongodb.com/docs/manual/reference/error-codes/ */
const CODE_OF_SERVER: Readonly<Record<number, Code>> = {
  13: "PERMISSION_DENIED",
  18: "UNAUTHENTICATED",
  50: "DEADLINE_EXCEEDED",
  11000: "ALREADY_EXISTS",
  10334: "RESOURCE_EXHAUSTED",
  17280: "INVALID_ARGUMENT",
};

/** Gives what the driver threw its code. */
export function mongoError(caught: unknown, attempted: string, signal: AbortSignal): PayerHubError {
  if (caught instanceof PayerHubError) return caught;
  if (signal.aborted) return abortError(signal, attempted);
  const code = codeOf(caught);
  if (code === undefined) return PayerHubError.from(caught, { attempted });
  return new PayerHubError(code, `${attempted} failed: the database answered with ${code}, it must accept`, { cause: caught });
}

function codeOf(caught: unknown): Code | undefined {
  if (caught instanceof MongoServerSelectionError || caught instanceof MongoNetworkError) return "UNAVAILABLE";
  if (!(caught instanceof MongoServerError)) return undefined;
  if (caught.hasErrorLabel("RetryableWriteError") || caught.hasErrorLabel("TransientTransactionError")) return "UNAVAILABLE";
  return typeof caught.code === "number" ? CODE_OF_SERVER[caught.code] : undefined;
}
