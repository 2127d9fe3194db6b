import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import type { World } from "../world.ts";
import { createFolderMaker } from "../durable-file.ts";
import { REF_SUFFIX } from "./folder-list.ts";
import { damagedObject } from "./verify.ts";

/** A temporary file this old belongs to a process that was killed: no upload takes as long. */
const LEFTOVER_AGE_MS = 60 * 60_000;

const storedRef = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int().nonnegative(),
  contentType: z.string(),
});

/** The folders of a folder object store. */
export interface FolderTree {
  readonly blobs: string;
  readonly refs: string;
  readonly tmp: string;
  readonly makeFolder: (path: string) => Promise<void>;
  /** A path for a new temporary file. */
  newPath(): string;
}

/** Makes the folders and removes what killed processes left. */
export async function openFolderTree(root: string, world: Pick<World, "now" | "uuid">): Promise<FolderTree> {
  const [blobs, refs, tmp] = [join(root, "blobs"), join(root, "refs"), join(root, "tmp")];
  const makeFolder = createFolderMaker(root);
  for (const path of [blobs, refs, tmp]) await makeFolder(path);
  await sweepLeftovers(tmp, world.now());
  return { blobs, refs, tmp, makeFolder, newPath: () => join(tmp, world.uuid()) };
}

export function refPath(tree: FolderTree, key: string): string {
  return join(tree.refs, `${key}${REF_SUFFIX}`);
}

export function blobPath(tree: FolderTree, sha256: string): string {
  return join(tree.blobs, sha256.slice(0, 2), sha256);
}

/** What a reference file says; undefined when there is none. Throws DATA_LOSS when it was changed. */
export async function readRef(path: string, key: string): Promise<ObjectRef | undefined> {
  const text = await readFile(path, "utf8").catch(undefinedIfMissing);
  if (text === undefined) return undefined;
  const stored = storedRef.safeParse(parseJson(text));
  if (!stored.success) throw damagedObject(key);
  return { key, sha256: stored.data.sha256, sizeBytes: BigInt(stored.data.sizeBytes), contentType: stored.data.contentType };
}

/** The text of a reference file. */
export function refText(ref: ObjectRef): string {
  const { sha256, sizeBytes, contentType } = ref;
  return JSON.stringify({ sha256, sizeBytes: Number(sizeBytes), contentType } satisfies z.infer<typeof storedRef>);
}

async function sweepLeftovers(tmp: string, now: number): Promise<void> {
  for (const name of await readdir(tmp)) {
    const found = await stat(join(tmp, name)).catch(undefinedIfMissing);
    if (found !== undefined && now - found.mtimeMs > LEFTOVER_AGE_MS) await rm(join(tmp, name), { force: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function undefinedIfMissing(error: unknown): undefined {
  const missing = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
  if (!missing) throw error;
}
