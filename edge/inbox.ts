import { mkdir, rename, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { IntakeChannel } from "../proto/document/v1/document.pb.ts";
import { type Code, PayerHubError } from "../runtime/error.ts";
import type { Logger } from "../runtime/log.ts";
import type { Seal } from "../runtime/seal.ts";
import { withDeadline } from "../runtime/signals.ts";
import type { World } from "../runtime/world.ts";
import { type InboxFile, readUnchanged, scanInbox } from "./inbox-files.ts";
import { type InboxJournal, type InboxOutcome, openInboxJournal } from "./inbox-journal.ts";
import { type Alarm, createAlarm, watchFolder } from "./inbox-watch.ts";
import type { Intake } from "./intake.ts";
import type { Slots } from "./slots.ts";
import { isTooLarge } from "./too-large.ts";

/** Files submitted at a time. */
const MAX_PARALLEL = 2;

/** Least pause between two scans, in milliseconds: a burst of file system events must not become a busy loop. */
const MIN_PAUSE_MS = 100;

/** Longest submission of one file, in milliseconds. */
const SUBMIT_DEADLINE_MS = 120_000;

export interface InboxConfig {
  readonly folder: string;
  readonly tenant: string;
  /** Stated as the sender of every file. */
  readonly sender: string;
  /** What becomes of a file after its acknowledgement; `move` needs a done folder on the same disk. */
  readonly afterAccept: { readonly do: "keep" } | { readonly do: "delete" } | { readonly do: "move"; readonly folder: string };
  /** Pause between scans when the file system reports nothing, in milliseconds. */
  readonly pollMs: number;
  /** How long a file must have been left alone before it counts as finished, in milliseconds. */
  readonly settleMs: number;
}

/** Called once per file and process, whether it was submitted now or by an earlier process (`resumed`). */
export interface InboxListener {
  onAccepted(event: {
    readonly documentId: string;
    readonly fileName: string;
    readonly duplicate: boolean;
    readonly resumed: boolean;
  }): void;
  /** Refused for good: empty, too large or unreadable. */
  onRefused(fileName: string, error: PayerHubError): void;
}

export interface InboxParts {
  readonly config: InboxConfig;
  /** Holds the journal. */
  readonly stateFolder: string;
  readonly intake: Intake;
  readonly uploads: Slots;
  readonly seal: Pick<Seal, "blindIndex">;
  readonly world: World;
  readonly log: Logger;
  readonly listener?: InboxListener;
}

export interface Inbox {
  /** Resolves when a scan found every file dealt with. */
  readonly settled: Promise<void>;
  /** Waits for the files being submitted. */
  stop(): Promise<void>;
}

type Run = InboxParts & {
  readonly journal: InboxJournal;
  /** Files that the listener was told about, by hash. */
  readonly told: Set<string>;
  readonly signal: AbortSignal;
};

/**
 * Watches a folder and submits what appears in it, on the same path as every other channel. Files in progress are left
 * alone; sources are kept unless configured otherwise; files dealt with before are recognised by name, size and time.
 */
export async function startInbox(parts: InboxParts): Promise<Inbox> {
  await mkdir(parts.config.folder, { recursive: true });
  const journal = await openInboxJournal(parts.stateFolder);
  const stopping = new AbortController();
  const settled = Promise.withResolvers<void>();
  const alarm = createAlarm();
  const watcher = watchFolder(parts.config.folder, alarm.ring, parts.log);
  const loop = runLoop({ ...parts, journal, told: new Set(), signal: stopping.signal }, alarm, settled.resolve);
  return {
    settled: settled.promise,
    stop: async () => {
      stopping.abort(new PayerHubError("CANCELLED", "watching the inbox: it is stopping"));
      alarm.ring();
      watcher?.close();
      await loop;
    },
  };
}

async function runLoop(run: Run, alarm: Alarm, onSettled: () => void): Promise<void> {
  const { config, signal, world, log } = run;
  let isFirst = true;
  while (!signal.aborted) {
    try {
      const files = await scanInbox(config.folder);
      if (isFirst) await run.journal.compact(new Set(files.map((file) => hashOf(file, run))));
      isFirst = false;
      const open = await handleAll(files, run);
      if (open === 0 && !signal.aborted) onSettled();
      await alarm.wait(open === 0 ? config.pollMs : Math.min(config.pollMs, config.settleMs), world);
    } catch (caught) {
      const { code } = PayerHubError.from(caught, { attempted: "scanning the inbox" });
      log.error("inbox.scan_failed", { component: "inbox", code });
      await alarm.wait(config.pollMs, world);
    }
    if (!signal.aborted) await world.sleep(MIN_PAUSE_MS, signal).catch(() => {});
  }
}

/** Number of files that still wait. */
async function handleAll(files: readonly InboxFile[], run: Run): Promise<number> {
  const queue = files.values();
  let open = 0;
  const work = async () => {
    for (const file of queue) {
      if (run.signal.aborted || !(await handle(file, run))) open += 1;
    }
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL }, work));
  return open;
}

/** True when the file is dealt with. */
async function handle(file: InboxFile, run: Run): Promise<boolean> {
  const hash = hashOf(file, run);
  if (run.told.has(hash)) return true;
  const earlier = run.journal.get(hash);
  if (earlier !== undefined) {
    await finish(file, hash, { run, outcome: earlier, duplicate: true, resumed: true });
    return true;
  }
  if (run.world.now() - file.modifiedMs < run.config.settleMs) return false;
  try {
    const { documentId, duplicate } = await submit(file, run);
    const outcome: InboxOutcome = { kind: "accepted", documentId };
    await run.journal.record(hash, outcome);
    await finish(file, hash, { run, outcome, duplicate, resumed: false });
    return true;
  } catch (caught) {
    return await refused(file, hash, { run, error: PayerHubError.from(caught, { attempted: "submitting a file of the inbox" }) });
  }
}

async function submit(file: InboxFile, run: Run): Promise<{ readonly documentId: string; readonly duplicate: boolean }> {
  const { config, signal } = run;
  using _slot = await run.uploads.take(signal);
  const submission = {
    tenant: config.tenant,
    submittedBy: "inbox",
    channel: IntakeChannel.INBOX,
    fileName: basename(file.name),
    declaredType: "",
    sender: config.sender,
    caseId: "",
  };
  return await run.intake.submit(submission, readUnchanged(file), withDeadline(signal, SUBMIT_DEADLINE_MS));
}

/** True when trying again is pointless: for good, or for an unreadable file until the next start. */
async function refused(
  file: InboxFile,
  hash: string,
  { run, error }: { readonly run: Run; readonly error: PayerHubError },
): Promise<boolean> {
  run.log.warn("inbox.refused", { component: "inbox", code: error.code });
  const isFinal = error.code === "INVALID_ARGUMENT" || isTooLarge(error);
  if (!isFinal && error.code !== "PERMISSION_DENIED") return false;
  const outcome: InboxOutcome = { kind: "refused", code: error.code };
  if (isFinal) await run.journal.record(hash, outcome);
  await finish(file, hash, { run, outcome, duplicate: false, resumed: false });
  return true;
}

interface News {
  readonly run: Run;
  readonly outcome: InboxOutcome;
  readonly duplicate: boolean;
  readonly resumed: boolean;
}

/** Tells the listener, and clears the source away, also where an earlier process stopped before it could. */
async function finish(file: InboxFile, hash: string, { run, outcome, duplicate, resumed }: News): Promise<void> {
  run.told.add(hash);
  if (outcome.kind === "refused") {
    run.listener?.onRefused(file.name, refusal(outcome.code));
    return;
  }
  run.listener?.onAccepted({ documentId: outcome.documentId, fileName: file.name, duplicate, resumed });
  try {
    await clearAway(file, outcome.documentId, run.config);
  } catch (caught) {
    const { code } = PayerHubError.from(caught, { attempted: "clearing a file of the inbox away" });
    run.log.warn("inbox.source_left", { documentId: outcome.documentId, code });
  }
}

function refusal(code: Code): PayerHubError {
  return new PayerHubError(
    code,
    "submitting a file of the inbox: it is empty, too large or unreadable, it must have bytes within the limit",
  );
}

function hashOf(file: InboxFile, { seal, config }: Run): string {
  return seal.blindIndex(config.tenant, `${file.name}\0${file.sizeBytes}\0${file.modifiedMs}`);
}

async function clearAway(file: InboxFile, documentId: string, config: InboxConfig): Promise<void> {
  const { afterAccept } = config;
  if (afterAccept.do === "delete") await rm(file.path, { force: true });
  if (afterAccept.do === "move") {
    await mkdir(afterAccept.folder, { recursive: true });
    // The original name may be taken or carry PHI; the document's id is neither.
    await rename(file.path, join(afterAccept.folder, documentId + extname(file.name)));
  }
}
