import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PayerHubError } from "../error.ts";
import { abortError } from "../signals.ts";
import type { World } from "../world.ts";
import { isBusy, sqliteError } from "./sqlite-error.ts";

/** A locked statement blocks the thread this long at most; longer waits are asynchronous. */
const BLOCKING_WAIT_MS = 20;
/** Pause between two tries for the lock: about the time of another process's commit. */
const RETRY_PAUSE_MS = 5;
/** Then the call fails with UNAVAILABLE. */
const BUSY_DEADLINE_MS = 15_000;
/** Writes of one transaction: bounds how long it holds the thread and the lock. */
const MAX_BATCH = 256;
/** Writes that wait; beyond, callers must slow down. */
const MAX_WAITING = 20_000;

/** One connection to a database file. Statements are synchronous; calls are asynchronous only to wait and to gather writes. */
export interface SqliteConnection {
  readonly db: DatabaseSync;
  /** Runs `work` now; when the database is locked, again later. */
  read<T>(attempted: string, signal: AbortSignal, work: () => T): Promise<T>;
  /**
   * Runs `work` inside a transaction and resolves when the transaction is on disk. Calls that wait together share one
   * transaction and so one fsync. `work` must check before its first change and then not fail for its own reasons.
   */
  write<T>(attempted: string, signal: AbortSignal, work: () => T): Promise<T>;
  /** Finishes what waits, then closes. */
  close(): Promise<void>;
}

interface Waiting {
  readonly attempted: string;
  readonly signal: AbortSignal;
  /** Runs the work inside the transaction and returns what tells the caller once it is committed. */
  readonly run: () => () => void;
  readonly fail: (error: PayerHubError) => void;
}

/** Opens or makes the file (mode 0600) in WAL mode with full synchronisation. */
export function openSqlite(path: string, world: Pick<World, "monotonicMs" | "sleep">): SqliteConnection {
  const db = openFile(path);
  const waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;

  const retried = async <T>(attempted: string, signal: AbortSignal, work: () => T): Promise<T> => {
    const until = world.monotonicMs() + BUSY_DEADLINE_MS;
    for (;;) {
      if (signal.aborted) throw abortError(signal, attempted);
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || world.monotonicMs() > until) throw sqliteError(error, attempted);
      }
      await world.sleep(RETRY_PAUSE_MS, signal).catch(() => undefined);
    }
  };

  const flush = async (): Promise<void> => {
    // One turn of the loop lets callers that were woken together join this transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await flushBatch(db, waiting.splice(0, MAX_BATCH), retried);
    flushing = undefined;
  };

  return {
    db,
    read: retried,
    write: async <T>(attempted: string, signal: AbortSignal, work: () => T): Promise<T> => {
      if (signal.aborted) throw abortError(signal, attempted);
      if (waiting.length >= MAX_WAITING) {
        throw new PayerHubError("RESOURCE_EXHAUSTED", `${attempted}: ${MAX_WAITING} writes are waiting, callers must slow down`);
      }
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      waiting.push({ attempted, signal, fail: reject, run: () => settleLater(work, resolve, reject) });
      flushing ??= flush();
      return await promise;
    },
    close: async () => {
      await flushing;
      db.close();
    },
  };
}

function settleLater<T>(work: () => T, resolve: (value: T) => void, reject: (error: PayerHubError) => void): () => void {
  try {
    const value = work();
    return () => resolve(value);
  } catch (error) {
    // A refusal of one call (taken id, wrong version) leaves the others' transaction whole.
    if (error instanceof PayerHubError) return () => reject(error);
    throw error;
  }
}

async function flushBatch(db: DatabaseSync, batch: readonly Waiting[], retried: SqliteConnection["read"]): Promise<void> {
  const live = batch.filter((entry) => {
    if (entry.signal.aborted) entry.fail(abortError(entry.signal, entry.attempted));
    return !entry.signal.aborted;
  });
  // The callers' own signals were looked at; a transaction of many ends as a whole.
  const signal = new AbortController().signal;
  try {
    const settle = await retried("write to the store", signal, () => inTransaction(db, live));
    for (const tell of settle) tell();
  } catch (error) {
    for (const entry of live) entry.fail(PayerHubError.from(error, { attempted: entry.attempted }));
  }
}

function inTransaction(db: DatabaseSync, batch: readonly Waiting[]): readonly (() => void)[] {
  db.exec("BEGIN IMMEDIATE");
  try {
    const settle = batch.map((entry) => entry.run());
    db.exec("COMMIT");
    return settle;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function openFile(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // SQLite gives its log files the mode of the database file.
    closeSync(openSync(path, "a", 0o600));
    const db = new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS });
    db.exec("PRAGMA synchronous = FULL");
    return db;
  } catch (error) {
    throw sqliteError(error, "open the store");
  }
}
