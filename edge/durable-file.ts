import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** PHI-free or sealed contents only, yet nobody else on the machine needs to read them. */
const OWNER_ONLY = 0o600;

/**
 * Writes a whole file so that after a crash or a power loss there is either the new file or what was there before:
 * temporary file, fsync, rename, fsync of the folder. The folder must exist.
 */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const handle = await open(temporary, "w", OWNER_ONLY);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (caught) {
    await rm(temporary, { force: true });
    throw caught;
  }
  await syncFolder(dirname(path));
}

/** Makes renames and removals in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
