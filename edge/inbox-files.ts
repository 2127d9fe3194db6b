import type { Dirent, Stats } from "node:fs";
import { constants, lstat, open, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { PayerHubError } from "../runtime/error.ts";

/** Folders within the inbox that are looked into. */
const MAX_DEPTH = 8;

/** Files looked at in one scan; the rest waits for the next one. */
const MAX_FILES = 50_000;

const READ_BYTES = 256 * 1024;

/** Names that a program gives to a file it is still writing, and names that are no documents. */
const UNFINISHED = /^[.~]|[~]$|\.(?:tmp|part|partial|crdownload|download|swp|lock)$/i;

/** A file of the inbox as one scan saw it. */
export interface InboxFile {
  readonly path: string;
  /** Relative to the inbox. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Every finished-looking regular file below the folder, in order of name. Links are not followed. */
export async function scanInbox(folder: string): Promise<InboxFile[]> {
  const found: InboxFile[] = [];
  await scanFolder(folder, { root: folder, depth: 0, found });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function scanFolder(
  folder: string,
  scan: { readonly root: string; readonly depth: number; readonly found: InboxFile[] },
): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (scan.found.length >= MAX_FILES) return;
    if (UNFINISHED.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && scan.depth < MAX_DEPTH) await scanFolder(path, { ...scan, depth: scan.depth + 1 });
    if (!entry.isFile()) continue;
    const stats = await statsOf(path);
    if (stats === undefined) continue;
    scan.found.push({ path, name: relative(scan.root, path), sizeBytes: stats.size, modifiedMs: Math.round(stats.mtimeMs) });
  }
}

/** A folder that went away during the scan has no files. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "scanning the inbox" });
    if (error.code === "NOT_FOUND") return [];
    throw error;
  }
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch {
    return undefined;
  }
}

/**
 * The bytes of a file as the scan saw it. Throws ABORTED when the file was written to in between or meanwhile, which is
 * before anything of it is kept.
 */
export async function* readUnchanged(file: InboxFile): AsyncGenerator<Uint8Array, void, undefined> {
  await using handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  yield* handle.createReadStream({ highWaterMark: READ_BYTES, autoClose: false });
  const { size, mtimeMs } = await handle.stat();
  if (size !== file.sizeBytes || Math.round(mtimeMs) !== file.modifiedMs) {
    throw new PayerHubError("ABORTED", "reading a file of the inbox: it changed while it was read, it must be finished first");
  }
}
