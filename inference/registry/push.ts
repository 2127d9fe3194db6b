import { createHash } from "node:crypto";
import { join } from "node:path";
import { PayerHubError } from "../../runtime/error.ts";
import { withDeadline, withProgressDeadline } from "../../runtime/signals.ts";
import { blobKey, manifestKey } from "./keys.ts";
import { contentDigest, manifestBytes, type ModelFile, type ModelManifest } from "./manifest.ts";
import { CALL_DEADLINE_MS, findManifest, type Registry } from "./registry.ts";
import { fileChunks, scanModelFolder } from "./scan-folder.ts";

/** An upload that moves nothing for this long has lost its store; a large part may take a while to be acknowledged. */
const UPLOAD_IDLE_MS = 120_000;

export interface PushOptions {
  /** Which version folder; may be left out when there is one. */
  readonly version?: number;
  /** Also sends files that the registry has: heals what was damaged there. */
  readonly repair?: boolean;
  readonly onFile?: (file: ModelFile, sent: boolean) => void;
  readonly signal: AbortSignal;
}

export interface Pushed {
  readonly manifest: ModelManifest;
  readonly digest: string;
  /** False: the registry had this very version already. */
  readonly created: boolean;
}

/**
 * Stores one version of a model from its folder (see `scanModelFolder`): files first, each under its SHA-256, the manifest last.
 * Pushing the same content again is no error; another content for a version that exists is refused with ALREADY_EXISTS. Of
 * several pushes at once one wins, as atomically as the store's `putIfAbsent`.
 */
export async function pushModel(registry: Registry, folder: string, options: PushOptions): Promise<Pushed> {
  const { signal } = options;
  const nowMs = registry.world.now();
  const scanned = await scanModelFolder(folder, { nowMs, signal, ...(options.version === undefined ? {} : { version: options.version }) });
  const { manifest } = scanned;
  const digest = contentDigest(manifest);
  const before = await findManifest(registry, manifest, signal);
  if (before !== undefined) refuseOther(before, digest);
  // Files go up even when the version exists and is to be repaired, and never before the version is known to be free or equal.
  if (before === undefined || options.repair === true) {
    for (const file of manifest.files) {
      const sent = await sendFile(registry, join(scanned.folder, file.path), { file, options });
      options.onFile?.(file, sent);
    }
  }
  if (before !== undefined) return { manifest: before, digest, created: false };
  const won = await registry.objects.putIfAbsent(
    manifestKey(manifest.name, manifest.version),
    { bytes: manifestBytes(manifest) },
    { contentType: "application/json", signal: withDeadline(signal, CALL_DEADLINE_MS) },
  );
  // Read back in any case: a store that looks first and writes then may tell two writers that both won.
  const stored = await findManifest(registry, manifest, signal);
  if (stored === undefined)
    throw new PayerHubError(
      "DATA_LOSS",
      `pushing model "${manifest.name}" version "${manifest.version}": its manifest is gone, it must stay`,
    );
  refuseOther(stored, digest);
  return { manifest: stored, digest, created: won };
}

function refuseOther(stored: ModelManifest, digest: string): void {
  const other = contentDigest(stored);
  if (other === digest) return;
  throw new PayerHubError(
    "ALREADY_EXISTS",
    `pushing model "${stored.name}" version "${stored.version}": the registry has it with content ${other.slice(0, 12)}, this one is ${digest.slice(0, 12)}, another content needs another version`,
  );
}

/** True when the file was sent, false when the registry had it. */
async function sendFile(
  registry: Registry,
  path: string,
  { file, options }: { readonly file: ModelFile; readonly options: PushOptions },
): Promise<boolean> {
  const key = blobKey(file.sha256);
  const known = await registry.objects.head(key, withDeadline(options.signal, CALL_DEADLINE_MS));
  const isThere = known?.sha256 === file.sha256 && known.sizeBytes === BigInt(file.sizeBytes);
  if (isThere && options.repair !== true) return false;
  const deadline = withProgressDeadline(options.signal, UPLOAD_IDLE_MS);
  try {
    const stream = unchanged(path, { file, signal: deadline.signal, onChunk: deadline.progress });
    await registry.objects.put(
      key,
      { stream, sizeBytes: file.sizeBytes },
      { contentType: "application/octet-stream", signal: deadline.signal },
    );
  } finally {
    deadline.end();
  }
  return true;
}

/** The bytes that were hashed: when the file has changed since, the stream breaks before the store takes it as complete. */
async function* unchanged(
  path: string,
  { file, signal, onChunk }: { readonly file: ModelFile; readonly signal: AbortSignal; readonly onChunk: () => void },
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let left = file.sizeBytes;
  for await (const chunk of fileChunks(path, signal)) {
    hash.update(chunk);
    left -= chunk.length;
    onChunk();
    if (left <= 0 && (left < 0 || hash.copy().digest("hex") !== file.sha256)) throw changed(file);
    yield chunk;
  }
  if (left > 0) throw changed(file);
}

function changed(file: ModelFile): PayerHubError {
  return new PayerHubError("ABORTED", `pushing file "${file.path}": it changed while it was read, it must stay as it is`);
}
