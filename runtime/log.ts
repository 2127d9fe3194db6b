import { pino } from "pino";
import type { Code } from "./error.ts";

/**
 * The only fields a log line may carry. There is no free text: what cannot be said with these is not logged, because a
 * redactor cannot take PHI out of a sentence. Ids are product ids, never a member's.
 */
export interface LogFields {
  readonly tenant?: string;
  readonly documentId?: string;
  readonly eventId?: string;
  readonly revision?: number;
  readonly stage?: string;
  readonly subject?: string;
  readonly component?: string;
  readonly code?: Code;
  /** PHI-free reason identifier. */
  readonly reason?: string;
  readonly attempt?: number;
  readonly count?: number;
  readonly bytes?: number;
  readonly durationMs?: number;
  readonly port?: number;
  readonly host?: string;
  readonly version?: string;
  readonly traceId?: string;
  readonly state?: string;
  /** File and line of an error's origin, without its message. */
  readonly origin?: string;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** `event` is a constant identifier such as `stage.done`; never a sentence with values in it. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  with(fields: LogFields): Logger;
}

/** JSON lines on `fd` (default: standard error, since results go to standard output). */
export function createLogger(options: { readonly level: LogLevel | "silent"; readonly fd?: number }): Logger {
  const sink = pino({ level: options.level, base: null }, pino.destination({ dest: options.fd ?? 2, sync: true }));
  const build = (bound: LogFields): Logger => {
    const write = (level: LogLevel) => (event: string, fields?: LogFields) => {
      sink[level]({ ...bound, ...fields, event });
    };
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      with: (fields) => build({ ...bound, ...fields }),
    };
  };
  return build({});
}

/** Source position of an error, safe to log: frames hold no values. */
export function originOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return "unknown";
  const frame = error.stack.split("\n").find((line) => line.trimStart().startsWith("at ") && !line.includes("node:"));
  return frame?.trim().slice(3, 203) ?? "unknown";
}
