import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { PayerHubError } from "../../runtime/error.ts";
import { withProgressDeadline } from "../../runtime/signals.ts";
import { type DescribedConfig, describeConfig } from "./describe-config.ts";
import { CARD_FILE, checkManifest, CONFIG_FILE, MAX_FILE_BYTES, MAX_FILES, type ModelFile, type ModelManifest } from "./manifest.ts";

/** Folder with a configuration for each other target, as Triton's `--model-config-name` reads it. */
const OTHER_CONFIGS = "configs/";
const WARMUP = "warmup/";
/** Configurations and cards are a few KiB. */
const MAX_TEXT_BYTES = 256 * 1024;
/** Folder levels below the model's folder. */
const MAX_DEPTH = 2;
/** A local disk that gives nothing for this long is stuck. */
const READ_IDLE_MS = 30_000;
/** Read chunk: hashing bounds the rate, not calls. */
const CHUNK_BYTES = 256 * 1024;

export interface ScanOptions {
  /** Which of the version folders; may be left out when there is one. */
  readonly version?: number;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** A model on disk, described and hashed. */
export interface ScannedModel {
  readonly folder: string;
  readonly manifest: ModelManifest;
}

/**
 * Describes one version of a model in a folder laid out as Triton's: `config.pbtxt`, `CARD.md` with a line `- License: …`,
 * `<version>/…`, and whatever lies beside them; the folder's name is the model's. Files and folders with a leading dot and
 * other versions do not belong to it. INVALID_ARGUMENT or FAILED_PRECONDITION for a folder that is no complete model.
 */
export async function scanModelFolder(path: string, options: ScanOptions): Promise<ScannedModel> {
  const folder = resolve(path);
  const name = basename(folder);
  const found = await filesOf(folder);
  const version = chooseVersion(name, found, options.version);
  const paths = found.filter((file) => !/^\d+\//.test(file) || file.startsWith(`${version}/`)).toSorted();
  for (const file of [CONFIG_FILE, CARD_FILE]) if (!paths.includes(file)) throw incomplete(name, `it has no "${file}", it must have one`);
  const config = describeConfig(await readText(folder, CONFIG_FILE), `${name}/${CONFIG_FILE}`);
  await checkConfigs({ folder, name, version, paths }, config);
  const card = await readText(folder, CARD_FILE);
  const files: ModelFile[] = [];
  for (const file of paths) files.push({ path: file, ...(await hashFile(join(folder, file), options.signal)) });
  const manifest: ModelManifest = {
    format: "payerhub.model/1",
    name,
    version,
    createdAt: new Date(options.nowMs).toISOString(),
    title: lineOf(card, /^#\s+(.+)$/m) ?? name,
    license: lineOf(card, /^- License: (.+)$/m) ?? missingLicense(name),
    signature: config.signature,
    warmup: [...config.warmup],
    files,
  };
  checkManifest(manifest);
  return { folder, manifest };
}

/** Paths of all regular files, `/` between segments. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (inside: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const path = `${inside}${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH) await visit(`${path}/`, depth + 1);
      else if (entry.isFile()) found.push(path);
      else throw incomplete(basename(folder), `"${path}" is no regular file within ${MAX_DEPTH} folders, it must be one`);
      if (found.length > MAX_FILES * 4) throw incomplete(basename(folder), `it has too many files, at most ${MAX_FILES} make a version`);
    }
  };
  try {
    await visit("", 0);
  } catch (error) {
    throw PayerHubError.from(error, { attempted: `reading the model folder "${folder}"` });
  }
  return found;
}

function chooseVersion(name: string, files: readonly string[], wanted: number | undefined): number {
  const versions = new Set(files.flatMap((file) => /^([1-9]\d*)\//.exec(file)?.[1] ?? []).map(Number));
  const [only] = versions;
  if (wanted !== undefined) {
    if (versions.has(wanted)) return wanted;
    throw incomplete(name, `it has no folder for version "${wanted}", it must have one`);
  }
  if (only !== undefined && versions.size === 1) return only;
  throw incomplete(name, `it has ${versions.size} version folders, it must have one or the version must be stated`);
}

interface Described {
  readonly folder: string;
  readonly name: string;
  readonly version: number;
  readonly paths: readonly string[];
}

/** Every configuration must describe the same model, and name warm-up files that are there. */
async function checkConfigs({ folder, name, version, paths }: Described, config: DescribedConfig): Promise<void> {
  if ((config.name ?? name) !== name) throw incomplete(name, `its configuration names "${config.name}", it must name its folder`);
  if (config.versions?.includes(version) === false)
    throw incomplete(name, `its version policy names ${config.versions.join(", ")}, it must name the version "${version}"`);
  const missing = config.warmupFiles.find((file) => !paths.includes(`${WARMUP}${file}`));
  if (missing !== undefined) throw incomplete(name, `the warm-up file "${missing}" is not there, it must stand in ${WARMUP}`);
  for (const path of paths.filter((file) => file.startsWith(OTHER_CONFIGS))) {
    const other = describeConfig(await readText(folder, path), `${name}/${path}`);
    const [ours, theirs] = [config, other].map((one) => JSON.stringify([one.name ?? name, one.signature, one.versions]));
    if (ours !== theirs) throw incomplete(name, `"${path}" has another name, signature or version than ${CONFIG_FILE}, both must be equal`);
  }
}

async function readText(folder: string, path: string): Promise<string> {
  const { size } = await lstat(join(folder, path));
  if (size > MAX_TEXT_BYTES) throw incomplete(basename(folder), `"${path}" has ${size} bytes, it must have at most ${MAX_TEXT_BYTES}`);
  return await readFile(join(folder, path), "utf8");
}

async function hashFile(path: string, signal: AbortSignal): Promise<Pick<ModelFile, "sha256" | "sizeBytes">> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of fileChunks(path, signal)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_FILE_BYTES)
      throw new PayerHubError("INVALID_ARGUMENT", `hashing "${path}": it is larger than ${MAX_FILE_BYTES} bytes`);
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** A file's bytes; DEADLINE_EXCEEDED when the disk gives none for half a minute. */
export async function* fileChunks(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const deadline = withProgressDeadline(signal, READ_IDLE_MS);
  try {
    const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: CHUNK_BYTES, signal: deadline.signal });
    for await (const chunk of stream) {
      deadline.progress();
      yield chunk;
    }
  } catch (error) {
    throw PayerHubError.from(error, { attempted: `reading "${path}"` });
  } finally {
    deadline.end();
  }
}

function lineOf(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1]?.trim();
}

function missingLicense(name: string): never {
  throw incomplete(name, `its ${CARD_FILE} has no line "- License: …", it must name the license of the weights`);
}

function incomplete(name: string, state: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `describing model folder "${name}": ${state}`);
}
