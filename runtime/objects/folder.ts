import { createReadStream } from "node:fs";
import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../error.ts";
import { abortError } from "../signals.ts";
import type { World } from "../world.ts";
import { listRefs } from "./folder-list.ts";
import { blobPath, openFolderTree, readRef, refPath } from "./folder-tree.ts";
import type { FolderTree } from "./folder-tree.ts";
import { linkIfFree, removeRef, replace, storeBlob, storeRef } from "./folder-write.ts";
import { checkKey } from "./key.ts";
import type { ObjectBody, ObjectStore, PutOptions } from "./objects.ts";
import { damagedObject, gather, missingObject, verifiedChunks } from "./verify.ts";

/** Read chunk: large enough that hashing, not calls, bounds the rate. */
const READ_CHUNK_BYTES = 256 * 1024;

export interface FolderObjectsOptions {
  /** Absolute; made when it does not exist. */
  readonly root: string;
  readonly world: Pick<World, "now" | "uuid">;
}

/**
 * Objects in a folder that several processes of one machine may share:
 *
 *     blobs/ab/<sha256>   content, under its digest
 *     refs/<key>~         small JSON that names a blob; the object exists from the moment this appears
 *     tmp/                files being written; what a killed process left an hour ago is removed at the next start
 *
 * Every file is complete and fsynced before its name appears, and the name is fsynced before the call resolves.
 * `remove` deletes the reference; the blob stays, since another reference may be about to name it.
 */
export async function createFolderObjects(options: FolderObjectsOptions): Promise<ObjectStore> {
  const tree = await openFolderTree(options.root, options.world);
  const store = async (
    key: string,
    body: ObjectBody,
    { contentType, signal }: PutOptions,
    place: typeof replace,
  ): Promise<ObjectRef | undefined> =>
    await guarded("put an object", key, signal, async () => {
      const ref = { key, ...(await storeBlob(tree, body, signal)), contentType };
      return (await storeRef(tree, ref, place)) ? ref : undefined;
    });
  const head: ObjectStore["head"] = async (key, signal) =>
    await guarded("look up an object", key, signal, async () => await readRef(refPath(tree, key), key));
  return {
    put: async (key, body, put) => {
      const ref = await store(key, body, put, replace);
      if (ref === undefined) throw new PayerHubError("INTERNAL", `put object "${key}": its reference was not written, it must be`);
      return ref;
    },
    putIfAbsent: async (key, body, put) => {
      if ((await head(key, put.signal)) !== undefined) return false;
      return (await store(key, body, put, linkIfFree)) !== undefined;
    },
    read: (ref, signal) => readObject(tree, head, ref, signal),
    readAll: async (ref, { maxBytes, signal }) => await gather(readObject(tree, head, ref, signal), ref, maxBytes),
    head,
    remove: async (key, signal) => await guarded("remove an object", key, signal, async () => await removeRef(tree, key)),
    list: (prefix, signal) => listRefs(tree.refs, prefix, signal),
    close: async () => undefined,
  };
}

async function* readObject(tree: FolderTree, head: ObjectStore["head"], ref: ObjectRef, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stored = await head(ref.key, signal);
  if (stored === undefined) throw missingObject(ref.key);
  if (stored.sha256 !== ref.sha256) throw damagedObject(ref.key);
  try {
    const chunks: AsyncIterable<Uint8Array> = createReadStream(blobPath(tree, ref.sha256), { highWaterMark: READ_CHUNK_BYTES, signal });
    yield* verifiedChunks(chunks, ref);
  } catch (error) {
    if (signal.aborted) throw abortError(signal, "read an object");
    const coded = PayerHubError.from(error, { attempted: "read an object" });
    throw coded.code === "NOT_FOUND" ? damagedObject(ref.key) : coded;
  }
}

async function guarded<T>(attempted: string, key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  checkKey(key);
  if (signal.aborted) throw abortError(signal, attempted);
  try {
    return await work();
  } catch (error) {
    throw PayerHubError.from(error, { attempted });
  }
}
