import { PayerHubError } from "../../runtime/error.ts";

/** A version as Triton reads it: C's `stol`, so that leading blanks and a sign pass and what follows the digits is ignored. */
const NUMBER = /^\s*[+-]?\d+/;
const MAX_VERSION = 2n ** 63n - 1n;

/**
 * The version that a request names; undefined when it leaves the choice to the server. INVALID_ARGUMENT when the text is no
 * number or below zero.
 */
export function parseVersion(name: string, version: string): number | undefined {
  if (version === "") return undefined;
  const [digits] = NUMBER.exec(version) ?? [];
  const number = digits === undefined ? undefined : BigInt(digits.trim().replace(/^\+/, ""));
  if (number === undefined || number < 0n || number > MAX_VERSION) {
    throw new PayerHubError("INVALID_ARGUMENT", `finding model "${name}": its version is "${version}", it must be a number above 0`);
  }
  return Number(number);
}
