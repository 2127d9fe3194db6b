import { createReadStream } from "node:fs";
import { type AuditEntry, decodeEntry, GENESIS, MAX_ENTRY_BYTES } from "./audit-entry.ts";

/** Where the good part of a log ends. */
export interface AuditScan {
  readonly seq: number;
  readonly hash: string;
  /** Bytes of the good part. */
  readonly goodBytes: number;
  /** Bytes of the file. */
  readonly totalBytes: number;
  /** Why the line after the good part is not good; undefined when the whole file is. */
  readonly fault: string | undefined;
}

interface Chain {
  seq: number;
  hash: string;
  goodBytes: number;
  fault: string | undefined;
}

/**
 * Reads a log from its start and follows the chain to the first line that breaks it. `onEntry` sees every good entry. A
 * missing file is an empty log. Memory is one chunk, whatever the log's length.
 */
export async function scanAudit(path: string, onEntry: (entry: AuditEntry) => void, signal: AbortSignal): Promise<AuditScan> {
  const chain: Chain = { seq: 0, hash: GENESIS, goodBytes: 0, fault: undefined };
  let rest: Buffer = Buffer.alloc(0);
  let totalBytes = 0;
  try {
    for await (const chunk of createReadStream(path, { signal })) {
      const bytes = Buffer.from(chunk);
      totalBytes += bytes.length;
      if (chain.fault === undefined) rest = takeLines(chain, Buffer.concat([rest, bytes]), onEntry);
    }
  } catch (caught) {
    if (!(caught instanceof Error && "code" in caught && caught.code === "ENOENT")) throw caught;
  }
  if (chain.fault === undefined && rest.length > 0) chain.fault = "the last line has no end";
  return { ...chain, totalBytes };
}

/** Follows whole lines and gives back the rest. */
function takeLines(chain: Chain, bytes: Buffer, onEntry: (entry: AuditEntry) => void): Buffer {
  let start = 0;
  for (let end = bytes.indexOf(10, start); end !== -1; end = bytes.indexOf(10, start)) {
    const entry = decodeEntry(bytes.subarray(start, end).toString("utf8"));
    chain.fault = faultOf(chain, entry);
    if (entry === undefined || chain.fault !== undefined) return Buffer.alloc(0);
    chain.seq = entry.seq;
    chain.hash = entry.hash;
    chain.goodBytes += end + 1 - start;
    onEntry(entry);
    start = end + 1;
  }
  if (bytes.length - start > MAX_ENTRY_BYTES) chain.fault = "a line is too long";
  return bytes.subarray(start);
}

function faultOf(chain: Chain, entry: AuditEntry | undefined): string | undefined {
  if (entry === undefined) return "a line was changed";
  if (entry.seq !== chain.seq + 1) return "a line is missing, doubled or out of order";
  return entry.prev === chain.hash ? undefined : "a line does not follow the one before";
}
