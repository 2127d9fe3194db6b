import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { PayerHubError } from "../../runtime/error.ts";
import type { Seal } from "../../runtime/seal.ts";
import { abortable } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import type { AuditEntryInput, AuditTrail } from "../audit-trail.ts";
import { readCheckpoint, signCheckpoint, writeCheckpoint } from "./audit-checkpoint.ts";
import { auditInput, chainEntry, encodeEntry, MAX_ENTRY_BYTES } from "./audit-entry.ts";
import { lockAudit } from "./audit-lock.ts";
import { type AuditScan, scanAudit } from "./audit-scan.ts";

/** Entries that one write and one fdatasync make durable together. */
const MAX_GROUP = 512;
/** Appends that may wait; more means the disk does not keep up. */
const MAX_PENDING = 8192;
/** Ids remembered to answer a repeat with its first entry: far more than are redelivered in two weeks. */
const MAX_REMEMBERED = 1_000_000;
/** Longest tail that one crash can tear: a whole group. */
const MAX_TORN_BYTES = MAX_GROUP * MAX_ENTRY_BYTES;

/** What the log needs of its file; the real one is a node:fs FileHandle. */
export interface AuditFile {
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<{ readonly nlink: number }>;
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly path: string;
  /** Keys the body digests and the checkpoints. */
  readonly seal: Seal;
  readonly world: World;
  readonly signal: AbortSignal;
  /** How long to wait for another short-lived writer, in milliseconds; default 0. */
  readonly lockWaitMs?: number;
  readonly openFile?: (path: string) => Promise<AuditFile>;
}

export interface AuditLog extends AuditTrail {
  /** Bytes of a torn, never acknowledged tail that opening cut off. */
  readonly repairedBytes: number;
  /** Waits for what is under way, writes the checkpoint and gives the lock back. */
  close(): Promise<void>;
}

type Receipt = { readonly id: string; readonly seq: number };
interface Waiting {
  readonly input: AuditEntryInput;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: PayerHubError) => void;
}
interface Writer {
  readonly options: AuditLogOptions;
  readonly file: AuditFile;
  readonly pending: Waiting[];
  readonly known: Map<string, Promise<Receipt>>;
  seq: number;
  hash: string;
  size: number;
  broken: boolean;
  closed: boolean;
  flushing: Promise<void> | undefined;
  checkpointing: Promise<void> | undefined;
}

/**
 * Append-only, hash-chained log: one JSON line an entry, fdatasynced before the append resolves, concurrent appends in one
 * group. Opening repairs a torn tail, which no caller was told about. Throws FAILED_PRECONDITION while another writer has
 * the log, DATA_LOSS when it was changed. Fails closed: when the disk refuses, appends throw UNAVAILABLE.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { path, seal, signal } = options;
  const lock = lockAudit(path, options.lockWaitMs ?? 0);
  try {
    const known = new Map<string, Promise<Receipt>>();
    const scan = await scanAudit(path, ({ id, seq }) => remember(known, id, Promise.resolve({ id, seq })), signal);
    await assertWhole(path, scan, seal);
    const file = await (options.openFile ?? openForWriting)(path);
    await repair(file, scan, options).catch(async (caught: unknown) => {
      await file.close();
      throw caught;
    });
    const state = { broken: false, closed: false, flushing: undefined, checkpointing: undefined };
    const writer: Writer = { options, file, pending: [], known, seq: scan.seq, hash: scan.hash, size: scan.goodBytes, ...state };
    return {
      repairedBytes: scan.totalBytes - scan.goodBytes,
      append: async (input, appendSignal) => await append(writer, input, appendSignal),
      close: async () => {
        if (writer.closed) return;
        await closeWriter(writer);
        lock.release();
      },
    };
  } catch (caught) {
    lock.release();
    throw caught;
  }
}

async function openForWriting(path: string): Promise<AuditFile> {
  // Not "a": positions are ours, so that a failed write is overwritten by the next.
  try {
    return await open(path, "r+");
  } catch (caught) {
    if (caught instanceof Error && "code" in caught && caught.code === "ENOENT") return await open(path, "wx+", 0o600);
    throw caught;
  }
}

async function repair(file: AuditFile, scan: AuditScan, { path, seal }: AuditLogOptions): Promise<void> {
  if (scan.goodBytes < scan.totalBytes) await file.truncate(scan.goodBytes);
  await file.datasync();
  await writeCheckpoint(path, signCheckpoint(seal, scan.seq, scan.hash));
}

/** A bad line is a torn tail only when it lies after all that was acknowledged and is no longer than one group. */
async function assertWhole(path: string, scan: AuditScan, seal: Seal): Promise<void> {
  const checkpoint = await readCheckpoint(path);
  const lost = typeof checkpoint === "object" && checkpoint.seq > scan.seq;
  const rewritten = typeof checkpoint === "object" && checkpoint.seq === scan.seq && checkpoint.hash !== scan.hash;
  const forged = typeof checkpoint === "object" && signCheckpoint(seal, checkpoint.seq, checkpoint.hash).mac !== checkpoint.mac;
  const torn = scan.totalBytes - scan.goodBytes;
  if (lost || rewritten || forged || torn > MAX_TORN_BYTES || checkpoint === "unreadable") {
    throw new PayerHubError(
      "DATA_LOSS",
      `opening the audit log "${path}": it was cut or changed after entry ${scan.seq}, an intact log is required`,
    );
  }
}

async function append(writer: Writer, input: AuditEntryInput, signal: AbortSignal): Promise<Receipt> {
  signal.throwIfAborted();
  const { body: _body, ...parts } = input;
  if (!auditInput.safeParse(parts).success) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `appending to the audit log "${input.action.slice(0, 40)}": a part is no id or code, ids and codes are required`,
    );
  }
  const known = writer.known.get(input.id);
  if (known !== undefined) return await abortable(known, signal, "waiting for the audit log");
  if (writer.closed || writer.broken || writer.pending.length >= MAX_PENDING) throw refusal(writer);
  const { promise, resolve, reject } = Promise.withResolvers<Receipt>();
  remember(writer.known, input.id, promise);
  writer.pending.push({ input, resolve, reject });
  writer.flushing ??= flush(writer);
  return await abortable(promise, signal, "appending to the audit log");
}

function refusal(writer: Writer, cause?: unknown): PayerHubError {
  let state = "the disk did not take the entry";
  if (writer.closed) state = "the log is closed";
  else if (writer.broken) state = "the log's file is gone or failed";
  else if (writer.pending.length >= MAX_PENDING) state = `${MAX_PENDING} appends wait`;
  return new PayerHubError("UNAVAILABLE", `appending to the audit log: ${state}, a durable entry is required`, { cause });
}

function remember(known: Map<string, Promise<Receipt>>, id: string, receipt: Promise<Receipt>): void {
  known.set(id, receipt);
  // A rejected append is forgotten, so that it can be tried again.
  receipt.catch(() => known.delete(id));
  const oldest = known.size > MAX_REMEMBERED ? known.keys().next().value : undefined;
  if (oldest !== undefined) known.delete(oldest);
}

async function flush(writer: Writer): Promise<void> {
  // Gives appends of the same turn the chance to share the group.
  await Promise.resolve();
  while (writer.pending.length > 0) {
    const group = writer.pending.splice(0, MAX_GROUP);
    try {
      const receipts = await writeGroup(writer, group);
      for (const [index, waiting] of group.entries()) waiting.resolve(receipts[index] ?? { id: waiting.input.id, seq: writer.seq });
      writer.checkpointing ??= checkpointLater(writer);
    } catch (caught) {
      for (const waiting of group) waiting.reject(refusal(writer, caught));
    }
  }
  writer.flushing = undefined;
}

async function writeGroup(writer: Writer, group: readonly Waiting[]): Promise<readonly Receipt[]> {
  if (writer.broken) throw refusal(writer);
  const { seal, world } = writer.options;
  const receipts: Receipt[] = [];
  const lines: string[] = [];
  let { seq, hash } = writer;
  for (const { input } of group) {
    const { body, ...parts } = input;
    const digest = createHash("sha256").update(body).digest("hex");
    const time = new Date(world.now()).toISOString();
    const entry = chainEntry({ ...parts, seq: seq + 1, time, body: seal.blindIndex(input.tenant, `audit:${digest}`), prev: hash });
    ({ seq, hash } = entry);
    receipts.push({ id: entry.id, seq });
    lines.push(`${encodeEntry(entry)}\n`);
  }
  const bytes = Buffer.from(lines.join(""));
  await writeDurably(writer, bytes);
  Object.assign(writer, { seq, hash, size: writer.size + bytes.length });
  return receipts;
}

async function writeDurably(writer: Writer, bytes: Uint8Array): Promise<void> {
  const { file } = writer;
  try {
    for (let offset = 0; offset < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset, writer.size + offset);
      offset += bytesWritten;
    }
  } catch (caught) {
    // A full disk: take back the part that was written, so that the log stays whole and the next append may succeed.
    await file.truncate(writer.size).catch(() => Object.assign(writer, { broken: true }));
    throw caught;
  }
  try {
    await file.datasync();
    if ((await file.stat()).nlink === 0) throw new Error("the log's file was removed");
  } catch (caught) {
    // After a failed sync nobody knows what is on the disk: only opening the log anew tells.
    writer.broken = true;
    throw caught;
  }
}

/** Moves the checkpoint forward beside the appends; it may lag, never lead. */
async function checkpointLater(writer: Writer): Promise<void> {
  const { path, seal } = writer.options;
  try {
    for (let written = -1; written !== writer.seq; ) {
      const { seq, hash } = writer;
      await writeCheckpoint(path, signCheckpoint(seal, seq, hash));
      written = seq;
    }
  } catch {
    // The next group tries again; the log itself is durable.
  }
  writer.checkpointing = undefined;
}

async function closeWriter(writer: Writer): Promise<void> {
  writer.closed = true;
  await writer.flushing;
  await writer.checkpointing;
  if (!writer.broken) await writeCheckpoint(writer.options.path, signCheckpoint(writer.options.seal, writer.seq, writer.hash));
  await writer.file.close();
}
