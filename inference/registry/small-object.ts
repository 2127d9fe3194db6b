import { PayerHubError } from "../../runtime/error.ts";
import type { ObjectStore } from "../../runtime/objects/objects.ts";

/** Replacements that one reading bears; each takes a writer that overtook it. */
const MAX_TRIES = 8;

/**
 * A manifest or record whole; undefined when there is none. A store that looks first and writes then lets two writers in, so
 * that an object may be replaced between its look-up and its read: then it is looked up again. DATA_LOSS when the bytes that
 * stand there are not what was stored.
 */
export async function readSmallObject(
  objects: Pick<ObjectStore, "head" | "readAll">,
  key: string,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Uint8Array | undefined> {
  let ref = await objects.head(key, signal);
  for (let tries = 1; ref !== undefined; tries++) {
    const found = await objects.readAll(ref, { maxBytes, signal }).catch((error: unknown) => {
      if (tries === MAX_TRIES || !(error instanceof PayerHubError) || (error.code !== "DATA_LOSS" && error.code !== "NOT_FOUND"))
        throw error;
      return error;
    });
    if (!(found instanceof PayerHubError)) return found;
    const now = await objects.head(key, signal);
    if (now?.sha256 === ref.sha256) throw found;
    ref = now;
  }
  return undefined;
}
