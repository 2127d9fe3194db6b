import { PayerHubError } from "../runtime/error.ts";

/** Throws INVALID_ARGUMENT unless the digest that the client stated is the one of the bytes that came. */
export function requireDigest(stated: string, received: string): void {
  if (stated.toLowerCase() !== received) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      "receiving an upload: the stated SHA-256 differs from the bytes that came, both must agree",
    );
  }
}
