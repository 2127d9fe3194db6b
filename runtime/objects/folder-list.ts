import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { abortError } from "../signals.ts";
import { checkPrefix } from "./key.ts";

/** Ends the file name of a reference. No key may contain it, so key `t/a` never collides with a folder of `t/a/b`. */
export const REF_SUFFIX = "~";

/**
 * Keys of the reference files below `refs` that begin with `prefix`, in byte order. A folder's keys all start with its name
 * and a slash, so the entries of a folder sort as `name` and `name/`. Memory: the names of one folder a level.
 */
export async function* listRefs(refs: string, prefix: string, signal: AbortSignal): AsyncGenerator<string> {
  checkPrefix(prefix);
  async function* walk(parent: string): AsyncGenerator<string> {
    if (signal.aborted) throw abortError(signal, "list objects");
    for (const name of await sortedNames(join(refs, parent))) {
      const key = parent + name;
      if (name.endsWith("/")) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* walk(key);
      } else if (key.startsWith(prefix)) {
        yield key;
      }
    }
  }
  yield* walk(prefix.slice(0, prefix.lastIndexOf("/") + 1));
}

async function sortedNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name.slice(0, -REF_SUFFIX.length))).sort(byBytes);
}

/** Keys are ASCII, so code units compare like bytes. */
function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
