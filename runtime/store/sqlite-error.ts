import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";

/** Primary result codes, https://www.sqlite.org/rescode.html */
const CODE_OF_SQLITE: Readonly<Record<number, Code>> = {
  3: "PERMISSION_DENIED",
  5: "UNAVAILABLE",
  6: "UNAVAILABLE",
  8: "PERMISSION_DENIED",
  10: "UNAVAILABLE",
  11: "DATA_LOSS",
  13: "RESOURCE_EXHAUSTED",
  14: "FAILED_PRECONDITION",
  19: "ALREADY_EXISTS",
  26: "DATA_LOSS",
};
const BUSY: ReadonlySet<number> = new Set([5, 6]);

/** Whether another connection holds the lock that a statement needs. */
export function isBusy(error: unknown): boolean {
  return BUSY.has(resultCode(error) ?? 0);
}

/** Gives what SQLite threw its code. */
export function sqliteError(caught: unknown, attempted: string): PayerHubError {
  const code = CODE_OF_SQLITE[resultCode(caught) ?? 0];
  if (caught instanceof PayerHubError || code === undefined) return PayerHubError.from(caught, { attempted });
  return new PayerHubError(code, `${attempted} failed: the database answered with ${code}, it must accept`, { cause: caught });
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  // The low byte is the primary code.
  return error.errcode & 0xff;
}
