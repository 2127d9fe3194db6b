import { PayerHubError } from "../runtime/error.ts";

/** Marks the one RESOURCE_EXHAUSTED that a later attempt cannot turn into success. */
const TOO_LARGE: unique symbol = Symbol("too large");

/** An upload beyond the size limit. */
export function tooLargeError(maxBytes: number): PayerHubError {
  const message = `receiving an upload: it is larger than the limit, it must be at most "${maxBytes}" bytes`;
  return new PayerHubError("RESOURCE_EXHAUSTED", message, { cause: TOO_LARGE });
}

/** True for what `tooLargeError` made; every other RESOURCE_EXHAUSTED passes when the gateway has room again. */
export function isTooLarge(error: PayerHubError): boolean {
  return error.cause === TOO_LARGE;
}
