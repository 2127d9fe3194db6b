import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder, writeDurably } from "../runtime/durable-file.ts";

/** Ends the name of a file that is not complete yet. */
export const TEMPORARY_SUFFIX = ".tmp";

/**
 * Writes a whole file so that after a crash or a power loss there is either the new file or what was there before:
 * temporary file, fsync, rename, fsync of the folder. The folder must exist; one caller at a time for a path.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX;
  try {
    await rm(temporary, { force: true });
    await writeDurably(temporary, [bytes]);
    await rename(temporary, path);
  } catch (caught) {
    await rm(temporary, { force: true });
    throw caught;
  }
  await syncFolder(dirname(path));
}
