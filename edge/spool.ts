import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { DocumentReceived } from "../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Logger } from "../runtime/log.ts";
import { replaceFile, TEMPORARY_SUFFIX } from "./replace-file.ts";

/** Entries the spool holds when not configured: about 10 MB on disk and in memory, hours of a busy site's faxes. */
export const DEFAULT_MAX_SPOOL_ENTRIES = 10_000;

/** CRC-32 before the message, big endian: a flipped bit must not become another document's event. */
const CHECKSUM_BYTES = 4;

const SUFFIX = ".received";
const DAMAGED_SUFFIX = ".damaged";

/** One document that the mesh has not yet confirmed. */
export interface SpoolEntry {
  /** Document id and revision. */
  readonly key: string;
  readonly message: DocumentReceived;
  /** True when the mesh may know the document already: found at start, or a duplicate of an earlier submission. */
  readonly maybeKnown: boolean;
}

/**
 * What stands between the acknowledgement to the sender and the mesh's receipt: one fsynced file per document. Entries carry
 * ids and digests, no PHI.
 */
export interface Spool {
  /** Durable when it resolves; a known key is left as it is. Throws RESOURCE_EXHAUSTED when the spool is full. */
  add(message: DocumentReceived, options: { readonly maybeKnown: boolean }): Promise<void>;
  /** Forgets an entry; one that comes back after a power loss does no harm, so the removal is not fsynced. */
  remove(key: string): Promise<void>;
  /** In order of arrival. */
  entries(): readonly SpoolEntry[];
  /** Called after every `add` that stored something; returns what ends it. */
  onAdded(listener: (entry: SpoolEntry) => void): () => void;
  readonly size: number;
  /** False when the next `add` would be refused. */
  readonly hasRoom: boolean;
}

/** Opens the spool and reads back what an earlier process left; damaged entries are set aside and logged. */
export async function openSpool(options: { readonly folder: string; readonly maxEntries: number; readonly log: Logger }): Promise<Spool> {
  const { folder, maxEntries, log } = options;
  await mkdir(folder, { recursive: true });
  const entries = new Map<string, SpoolEntry>();
  for (const entry of await readEntries(folder, log)) entries.set(entry.key, entry);
  const adding = new Map<string, Promise<void>>();
  const listeners = new Set<(entry: SpoolEntry) => void>();

  const store = async (entry: SpoolEntry): Promise<void> => {
    await replaceFile(join(folder, entry.key + SUFFIX), encode(entry.message));
    entries.set(entry.key, entry);
    for (const listener of listeners) listener(entry);
  };
  return {
    add: async (message, { maybeKnown }) => {
      const key = keyOf(message);
      if (entries.has(key)) return;
      let pending = adding.get(key);
      if (pending === undefined) {
        if (entries.size + adding.size >= maxEntries) throw full(maxEntries);
        pending = store({ key, message, maybeKnown }).finally(() => adding.delete(key));
        adding.set(key, pending);
      }
      await pending;
    },
    remove: async (key) => {
      if (!entries.has(key)) return;
      await rm(join(folder, key + SUFFIX), { force: true });
      entries.delete(key);
    },
    entries: () => [...entries.values()],
    onAdded: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get size() {
      return entries.size;
    },
    get hasRoom() {
      return entries.size + adding.size < maxEntries;
    },
  };
}

function full(maxEntries: number): PayerHubError {
  return new PayerHubError(
    "RESOURCE_EXHAUSTED",
    `spooling a document: the spool holds its limit of "${maxEntries}" unconfirmed documents, it must drain first`,
  );
}

function keyOf(message: DocumentReceived): string {
  const head = message.head;
  if (head === undefined || head.documentId === "") {
    throw new PayerHubError("INVALID_ARGUMENT", "spooling a document: the event has no document id, it must have one");
  }
  return `${head.documentId}-r${head.revision}`;
}

function encode(message: DocumentReceived): Uint8Array {
  const body = DocumentReceived.encode(message).finish();
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([checksum, body]);
}

function decode(bytes: Buffer): DocumentReceived {
  const body = bytes.subarray(CHECKSUM_BYTES);
  if (bytes.length < CHECKSUM_BYTES || bytes.readUInt32BE(0) !== crc32(body)) {
    throw new PayerHubError("DATA_LOSS", "reading a spool entry: its checksum differs, it must match");
  }
  return DocumentReceived.decode(body);
}

async function readEntries(folder: string, log: Logger): Promise<SpoolEntry[]> {
  const found: SpoolEntry[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(TEMPORARY_SUFFIX)) await rm(path, { force: true });
    if (!name.endsWith(SUFFIX)) continue;
    try {
      const message = decode(await readFile(path));
      found.push({ key: keyOf(message), message, maybeKnown: true });
    } catch (caught) {
      const { code } = PayerHubError.from(caught, { code: "DATA_LOSS", attempted: "reading a spool entry" });
      await rename(path, path + DAMAGED_SUFFIX);
      log.error("spool.entry_damaged", { documentId: name.slice(0, -SUFFIX.length), code });
    }
  }
  const arrival = (entry: SpoolEntry) => Number(entry.message.head?.receivedAtMs ?? 0n);
  return found.sort((a, b) => arrival(a) - arrival(b));
}
