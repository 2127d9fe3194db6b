import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CODES, type Code, PayerHubError } from "../runtime/error.ts";
import { replaceFile } from "./replace-file.ts";

const FILE = "inbox.journal";

/** Lines beyond those in use at which the journal is rewritten at start. */
const MAX_STALE_LINES = 10_000;

/** What became of a file: the document's id, or the code with which it was refused for good. */
export type InboxOutcome = { readonly kind: "accepted"; readonly documentId: string } | { readonly kind: "refused"; readonly code: Code };

/**
 * Remembers which files of the inbox were dealt with. File names may carry PHI, so files stand in it by a keyed hash. It is
 * not fsynced: a lost line means that a file is submitted again, which answers with the same document.
 */
export interface InboxJournal {
  get(fileHash: string): InboxOutcome | undefined;
  record(fileHash: string, outcome: InboxOutcome): Promise<void>;
  /** Drops lines of files that are gone when there are many. */
  compact(present: ReadonlySet<string>): Promise<void>;
}

/** Opens the journal in the folder; lines that cannot be read are skipped. */
export async function openInboxJournal(folder: string): Promise<InboxJournal> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, FILE);
  const outcomes = new Map<string, InboxOutcome>();
  for (const line of (await readText(path)).split("\n")) {
    const [hash = "", kind = "", value = ""] = line.split(" ");
    const outcome = parseOutcome(kind, value);
    if (outcome !== undefined) outcomes.set(hash, outcome);
  }
  return {
    get: (fileHash) => outcomes.get(fileHash),
    record: async (fileHash, outcome) => {
      outcomes.set(fileHash, outcome);
      await appendFile(path, formatLine(fileHash, outcome), { mode: 0o600 });
    },
    compact: async (present) => {
      if (outcomes.size - present.size < MAX_STALE_LINES) return;
      for (const hash of outcomes.keys()) if (!present.has(hash)) outcomes.delete(hash);
      const lines = [...outcomes].map(([hash, outcome]) => formatLine(hash, outcome));
      await replaceFile(path, Buffer.from(lines.join("")));
    },
  };
}

function formatLine(hash: string, outcome: InboxOutcome): string {
  return `${hash} ${outcome.kind} ${outcome.kind === "accepted" ? outcome.documentId : outcome.code}\n`;
}

function parseOutcome(kind: string, value: string): InboxOutcome | undefined {
  if (kind === "accepted" && value !== "") return { kind, documentId: value };
  if (kind === "refused" && isCode(value)) return { kind, code: value };
  return undefined;
}

function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "reading the inbox journal" });
    if (error.code === "NOT_FOUND") return "";
    throw error;
  }
}
