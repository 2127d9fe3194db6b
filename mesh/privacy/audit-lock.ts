import { DatabaseSync } from "node:sqlite";
import { PayerHubError } from "../../runtime/error.ts";

/** The right to write a log; given back by `release`, and by the kernel when the process dies. */
export interface AuditLock {
  release(): void;
}

/**
 * One writer a log, across processes and containers of a machine. Node has no file locks of its own; SQLite's exclusive
 * transaction on an empty database beside the log is one (fcntl), atomic and never stale. Throws FAILED_PRECONDITION while
 * another writer holds it after `waitMs`; the wait blocks the thread, so only a command line should ask for one.
 */
export function lockAudit(path: string, waitMs: number): AuditLock {
  const database = new DatabaseSync(`${path}.lock`, { timeout: waitMs });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (caught) {
    database.close();
    throw new PayerHubError(
      "FAILED_PRECONDITION",
      `opening the audit log "${path}": another writer holds it, one writer at a time is required`,
      { cause: caught },
    );
  }
  return { release: () => database.close() };
}
