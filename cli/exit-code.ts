import { type Code, PayerHubError } from "../runtime/error.ts";
import type { CommandIo } from "./command-io.ts";

/** Exit codes of every command: a stable contract for scripts. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  conflict: 5,
  partial: 6,
  tryAgain: 75,
  interrupted: 130,
} as const;

const BY_CODE: Readonly<Partial<Record<Code, number>>> = {
  INVALID_ARGUMENT: EXIT.usage,
  OUT_OF_RANGE: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  PERMISSION_DENIED: EXIT.denied,
  UNAUTHENTICATED: EXIT.denied,
  ABORTED: EXIT.conflict,
  ALREADY_EXISTS: EXIT.conflict,
  FAILED_PRECONDITION: EXIT.conflict,
  UNAVAILABLE: EXIT.tryAgain,
  DEADLINE_EXCEEDED: EXIT.tryAgain,
  RESOURCE_EXHAUSTED: EXIT.tryAgain,
  CANCELLED: EXIT.interrupted,
};

/** Exit code of a failed command. */
export function exitCodeOf(error: PayerHubError): number {
  return BY_CODE[error.code] ?? EXIT.failure;
}

/** Runs a command; a failure becomes its message on `err` and its exit code. */
export async function runCommand(io: CommandIo, attempted: string, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted });
    io.err(`payerhub: ${error.message}`);
    return exitCodeOf(error);
  }
}
