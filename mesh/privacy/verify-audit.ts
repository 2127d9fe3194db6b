import type { Seal } from "../../runtime/seal.ts";
import { type AuditCheckpoint, isAuthentic, readCheckpoint } from "./audit-checkpoint.ts";
import { GENESIS } from "./audit-entry.ts";
import { scanAudit } from "./audit-scan.ts";

export interface AuditVerdict {
  readonly ok: boolean;
  /** Entries that follow the chain. */
  readonly entries: number;
  readonly hash: string;
  /** PHI-free sentences; empty when ok. */
  readonly faults: readonly string[];
}

export interface VerifyOptions {
  readonly signal: AbortSignal;
  /** A checkpoint kept elsewhere: proves that nothing up to it was cut or rewritten. */
  readonly pinned?: Pick<AuditCheckpoint, "seq" | "hash">;
  /** Checks that the checkpoint beside the log was made with these keys. */
  readonly seal?: Seal;
}

/**
 * Offline check of an audit log: every line's hash and the chain between them (edit, drop, swap, insertion), and against
 * the checkpoints that the log has not been cut or rewritten since. Safe while the log is being written.
 */
export async function verifyAudit(path: string, options: VerifyOptions): Promise<AuditVerdict> {
  // Read first: a writer only ever moves it forward, so that the log read afterwards must reach it.
  const beside = await readCheckpoint(path);
  const marks = new Map<number, string>([[0, GENESIS]]);
  const wanted = new Set([options.pinned?.seq, typeof beside === "object" ? beside.seq : undefined]);
  const scan = await scanAudit(path, ({ seq, hash }) => void (wanted.has(seq) && marks.set(seq, hash)), options.signal);
  const faults = [
    ...(scan.fault === undefined ? [] : [`line ${scan.seq + 1}: ${scan.fault}`]),
    ...besideFaults(beside, marks, options.seal),
    ...(options.pinned === undefined ? [] : markFaults(options.pinned, marks, "the pinned checkpoint")),
  ];
  return { ok: faults.length === 0, entries: scan.seq, hash: scan.hash, faults };
}

function besideFaults(
  beside: AuditCheckpoint | "unreadable" | undefined,
  marks: ReadonlyMap<number, string>,
  seal: Seal | undefined,
): string[] {
  if (beside === undefined) return ["the checkpoint beside the log is missing"];
  if (beside === "unreadable") return ["the checkpoint beside the log cannot be read"];
  if (seal !== undefined && !isAuthentic(seal, beside)) return ["the checkpoint beside the log was not made with these keys"];
  return markFaults(beside, marks, "the checkpoint beside the log");
}

function markFaults({ seq, hash }: { seq: number; hash: string }, marks: ReadonlyMap<number, string>, name: string): string[] {
  const found = marks.get(seq);
  if (found === undefined) return [`the log ends before entry ${seq} of ${name}`];
  return found === hash ? [] : [`entry ${seq} is not that of ${name}`];
}
