import { CODES } from "../../runtime/error.ts";
import type { PayerHubError } from "../../runtime/error.ts";

/** Longer texts are cut, in characters: they travel as a header. */
const MAX_TEXT_CHARS = 2_000;

/** The fields that end a gRPC call (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses). */
export function statusFields(error: PayerHubError | undefined): readonly (readonly [name: string, value: string])[] {
  if (error === undefined) return [["grpc-status", "0"]];
  return [
    ["grpc-status", String(CODES[error.code])],
    ["grpc-message", percentEncoded(error.message.slice(0, MAX_TEXT_CHARS))],
  ];
}

/** Printable ASCII stays, "%" and all else become percent signs with two digits a byte. */
function percentEncoded(text: string): string {
  return text.replace(/[^ -$&-~]+/gu, (run) => {
    return Array.from(Buffer.from(run), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}

const UNITS_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** A call's `grpc-timeout` in milliseconds; undefined when it has none or one that cannot be read. */
export function timeoutMs(header: unknown): number | undefined {
  const match = typeof header === "string" ? /^(\d{1,8})([HMSmun])$/.exec(header) : null;
  const unit = UNITS_MS[match?.[2] ?? ""];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
