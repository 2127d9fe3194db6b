import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { PayerHubError } from "../../runtime/error.ts";
import { withDeadline, withProgressDeadline } from "../../runtime/signals.ts";
import { blobKey } from "./keys.ts";
import type { ModelFile, ModelManifest } from "./manifest.ts";
import { CALL_DEADLINE_MS, readManifest, type Registry, type VersionName } from "./registry.ts";
import { fileChunks } from "./scan-folder.ts";

/** A download that moves nothing for this long has lost its store. */
const DOWNLOAD_IDLE_MS = 60_000;

export type FileState = "intact" | "missing" | "damaged";

export interface FileVerdict {
  readonly path: string;
  readonly sizeBytes: number;
  readonly state: FileState;
}

export interface VersionVerdict {
  readonly manifest: ModelManifest;
  readonly files: readonly FileVerdict[];
  readonly intact: boolean;
}

/** Reads and hashes every file of a stored version. NOT_FOUND for no such version, DATA_LOSS for a damaged manifest. */
export async function verifyVersion(registry: Registry, named: VersionName, signal: AbortSignal): Promise<VersionVerdict> {
  const manifest = await readManifest(registry, named, signal);
  const files: FileVerdict[] = [];
  for (const file of manifest.files)
    files.push({ path: file.path, sizeBytes: file.sizeBytes, state: await storedState(registry, file, signal) });
  return { manifest, files, intact: files.every(({ state }) => state === "intact") };
}

/** The chunks of a stored file; DATA_LOSS at the end when they are not what the manifest says, NOT_FOUND when there is none. */
export async function* storedChunks(registry: Registry, file: ModelFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const key = blobKey(file.sha256);
  if ((await registry.objects.head(key, withDeadline(signal, CALL_DEADLINE_MS))) === undefined)
    throw new PayerHubError("NOT_FOUND", `reading file "${file.path}" with SHA-256 "${file.sha256}": the registry has lost it`);
  const ref = { key, sha256: file.sha256, sizeBytes: BigInt(file.sizeBytes), contentType: "application/octet-stream" };
  const deadline = withProgressDeadline(signal, DOWNLOAD_IDLE_MS);
  try {
    for await (const chunk of registry.objects.read(ref, deadline.signal)) {
      deadline.progress();
      yield chunk;
    }
  } finally {
    deadline.end();
  }
}

/** Hashes a file on disk against what a manifest says. */
export async function fileState(folder: string, file: ModelFile, signal: AbortSignal): Promise<FileState> {
  const path = join(folder, file.path);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return "missing";
  if (!found.isFile() || found.size !== file.sizeBytes) return "damaged";
  const hash = createHash("sha256");
  for await (const chunk of fileChunks(path, signal)) hash.update(chunk);
  return hash.digest("hex") === file.sha256 ? "intact" : "damaged";
}

async function storedState(registry: Registry, file: ModelFile, signal: AbortSignal): Promise<FileState> {
  try {
    for await (const _ of storedChunks(registry, file, signal)) continue;
    return "intact";
  } catch (error) {
    if (error instanceof PayerHubError && error.code === "NOT_FOUND") return "missing";
    if (error instanceof PayerHubError && error.code === "DATA_LOSS") return "damaged";
    throw error;
  }
}
