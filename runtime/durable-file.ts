import type { FileHandle } from "node:fs/promises";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Folders remembered as durable; forgetting one costs a few syncs. */
const MAX_KNOWN_FOLDERS = 10_000;

/** Creates a file that must not exist and that only its owner may read (mode 0600), writes all chunks and waits until the disk has them. */
export async function writeDurably(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  await withFile(path, "wx", async (file) => {
    for await (const chunk of chunks) await writeFully(file, chunk);
    await file.sync();
  });
}

/** Makes the entries of a folder durable: a rename or link is lost with the power before this. */
export async function syncFolder(path: string): Promise<void> {
  await withFile(path, "r", async (folder) => await folder.sync());
}

/**
 * Returns what creates a folder below `root` with its parents and makes each entry durable. A folder that exists is synced
 * too the first time: another process may have made it a moment ago and not come so far.
 */
export function createFolderMaker(root: string): (path: string) => Promise<void> {
  const durable = new Set<string>();
  return async (path) => {
    if (durable.has(path)) return;
    await mkdir(path, { recursive: true });
    for (let at = path; at.length >= root.length; at = dirname(at)) await syncFolder(dirname(at));
    if (durable.size >= MAX_KNOWN_FOLDERS) durable.clear();
    durable.add(path);
  };
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}
