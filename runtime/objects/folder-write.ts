import { link, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { meteredBody } from "./body.ts";
import { syncFolder, writeDurably } from "../durable-file.ts";
import { blobPath, refPath, refText } from "./folder-tree.ts";
import type { FolderTree } from "./folder-tree.ts";
import type { ObjectBody } from "./objects.ts";

/** Moves a complete file to its name; false when the name was taken and the way does not replace. */
type Place = (from: string, to: string) => Promise<boolean>;

/** Writes a body under its digest. */
export async function storeBlob(tree: FolderTree, body: ObjectBody, signal: AbortSignal): Promise<Pick<ObjectRef, "sha256" | "sizeBytes">> {
  const metered = meteredBody(body, signal);
  return await withTemporary(tree, async (temporary) => {
    await writeDurably(temporary, metered.chunks());
    const sha256 = metered.digest();
    // Also over a blob that exists: should that one be damaged, this heals it.
    await placeDurably(tree, temporary, blobPath(tree, sha256), replace);
    return { sha256, sizeBytes: BigInt(metered.sizeBytes) };
  });
}

/** Writes the reference that makes an object exist. */
export async function storeRef(tree: FolderTree, ref: ObjectRef, place: Place): Promise<boolean> {
  return await withTemporary(tree, async (temporary) => {
    await writeDurably(temporary, [Buffer.from(refText(ref))]);
    return await placeDurably(tree, temporary, refPath(tree, ref.key), place);
  });
}

/** Durable when it resolves; nothing to do when there is no such reference. */
export async function removeRef(tree: FolderTree, key: string): Promise<void> {
  const path = refPath(tree, key);
  await rm(path, { force: true });
  await syncFolder(dirname(path)).catch((error: unknown) => {
    const neverThere = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!neverThere) throw error;
  });
}

export async function replace(from: string, to: string): Promise<boolean> {
  await rename(from, to);
  return true;
}

/** A link fails when the name is taken: the only atomic "create complete" of a file system. */
export async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function placeDurably(tree: FolderTree, from: string, to: string, place: Place): Promise<boolean> {
  await tree.makeFolder(dirname(to));
  const placed = await place(from, to);
  await syncFolder(dirname(to));
  return placed;
}

async function withTemporary<T>(tree: FolderTree, use: (path: string) => Promise<T>): Promise<T> {
  const path = tree.newPath();
  try {
    return await use(path);
  } finally {
    await rm(path, { force: true });
  }
}
