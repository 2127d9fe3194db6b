import { chmod, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { syncFolder, writeDurably } from "../../runtime/durable-file.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { contentDigest, manifestBytes, MAX_MANIFEST_BYTES, type ModelFile, type ModelManifest, parseManifest } from "./manifest.ts";
import { readManifest, type Registry, type VersionName } from "./registry.ts";
import { fileState, storedChunks } from "./verify.ts";

/** The manifest beside what it describes. */
export const LOCAL_MANIFEST = "MANIFEST.json";
/** What a killed pull left behind belongs to nobody after this. */
const LEFT_BEHIND_MS = 3_600_000;
/** The server may run as another user. */
const READABLE = 0o644;

export interface PullOptions {
  /** Model repository of a server; made when it does not exist. */
  readonly into: string;
  readonly onFile?: (file: ModelFile) => void;
  readonly signal: AbortSignal;
}

export interface Pulled {
  readonly manifest: ModelManifest;
  /** The model's folder. */
  readonly folder: string;
  /** False: the folder held this very version, every byte of it. */
  readonly changed: boolean;
}

/**
 * Brings a version into a model repository as `<into>/<name>/…`, which the embedded server and Triton load. Every file is hashed
 * on its way; the folder appears by one rename when all are there and durable, so a server never sees half of it. It is
 * written beside the repository first, hence parent and repository must stand on one file system. An older version in
 * its place is moved aside just before. DATA_LOSS when a stored byte is wrong.
 */
export async function pullModel(registry: Registry, named: VersionName, options: PullOptions): Promise<Pulled> {
  const manifest = await readManifest(registry, named, options.signal);
  const repository = resolve(options.into);
  const folder = join(repository, manifest.name);
  if (await holds(folder, manifest, options.signal)) return { manifest, folder, changed: false };
  const prefix = `.${basename(repository)}.pull-`;
  await removeLeftBehind(dirname(repository), prefix, registry.world.now());
  const work = join(dirname(repository), `${prefix}${registry.world.uuid()}`);
  try {
    await mkdir(repository, { recursive: true });
    const fresh = join(work, "new");
    await mkdir(fresh, { recursive: true });
    for (const file of manifest.files) {
      await writeReadable(join(fresh, file.path), storedChunks(registry, file, options.signal));
      options.onFile?.(file);
    }
    await writeReadable(join(fresh, LOCAL_MANIFEST), [manifestBytes(manifest)]);
    await place(fresh, folder, join(work, "old"));
    await syncFolder(repository);
  } catch (error) {
    throw PayerHubError.from(error, { attempted: `pulling model "${named.name}" version "${named.version}" into "${repository}"` });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { manifest, folder, changed: true };
}

async function writeReadable(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeDurably(path, chunks);
  await chmod(path, READABLE);
  await syncFolder(dirname(path));
}

/** Whether the folder holds exactly this version, by its manifest and by every file's hash. */
async function holds(folder: string, manifest: ModelManifest, signal: AbortSignal): Promise<boolean> {
  const path = join(folder, LOCAL_MANIFEST);
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined || size > MAX_MANIFEST_BYTES) return false;
  try {
    if (contentDigest(parseManifest(await readFile(path), manifest)) !== contentDigest(manifest)) return false;
  } catch {
    return false;
  }
  for (const file of manifest.files) if ((await fileState(folder, file, signal)) !== "intact") return false;
  return true;
}

/** A file system cannot exchange two folders in one step: the old one steps aside first, and back when the new one cannot come. */
async function place(fresh: string, folder: string, aside: string): Promise<void> {
  const stepped = await rename(folder, aside).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await rename(fresh, folder);
  } catch (error) {
    if (stepped) await rename(aside, folder);
    throw error;
  }
}

async function removeLeftBehind(parent: string, prefix: string, nowMs: number): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(prefix))) {
    const path = join(parent, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && nowMs - found.mtimeMs > LEFT_BEHIND_MS) await rm(path, { recursive: true, force: true });
  }
}
