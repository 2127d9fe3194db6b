import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { PayerHubError } from "../../runtime/error.ts";
import { configFromMessage, readModelConfig } from "./model-config.ts";
import type { ModelConfig, VersionPolicy } from "./model-config.ts";
import type { PbtxtMessage } from "./pbtxt.ts";

/** A configuration is a few hundred bytes; a larger file is something else. */
const MAX_CONFIG_BYTES = 256 * 1024;

export interface RepositoryVersion {
  readonly version: number;
  /** The model's, above its versions. */
  readonly folder: string;
  /** Read by ONNX models only. */
  readonly modelPath: string;
}

/** Model names in the repository folder: every folder with a `config.pbtxt`, in byte order. */
export async function modelNames(repository: string): Promise<readonly string[]> {
  const entries = await readdir(repository, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const configured = await Promise.all(
    folders.map(async (name) => ((await isFile(join(repository, name, "config.pbtxt"))) ? name : undefined)),
  );
  return configured.filter((name) => name !== undefined).toSorted();
}

/**
 * Reads the configuration of one model of a repository laid out as Triton's: `<model>/config.pbtxt`, or the configuration that
 * is given in its place. NOT_FOUND when there is no such model, INVALID_ARGUMENT for a configuration that cannot be read.
 */
export async function readRepositoryConfig(repository: string, name: string, given?: PbtxtMessage): Promise<ModelConfig> {
  const configPath = join(repository, name, "config.pbtxt");
  if (!/^[\w.-]+$/.test(name) || name.startsWith(".") || !(await isFile(configPath))) {
    throw new PayerHubError("NOT_FOUND", `reading model "${name}": the repository has no such model`);
  }
  if (given !== undefined) return configFromMessage(given, name);
  if ((await stat(configPath)).size > MAX_CONFIG_BYTES) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the configuration of model "${name}": it is larger than ${MAX_CONFIG_BYTES} bytes`,
    );
  }
  return readModelConfig(await readFile(configPath, "utf8"), name);
}

/**
 * The version folders `<model>/<version>/` that the version policy selects, ascending. NOT_FOUND when it selects none or one
 * without a model file.
 */
export async function selectVersions(repository: string, config: ModelConfig): Promise<readonly RepositoryVersion[]> {
  const folder = join(repository, config.name);
  const found = (await readdir(folder)).filter((entry) => /^[1-9]\d*$/.test(entry)).map(Number);
  const versions = select(config.versions, found).map((version) => ({
    version,
    folder,
    modelPath: join(folder, String(version), config.fileName),
  }));
  for (const { version, modelPath } of config.backend === "onnxruntime" ? versions : []) {
    if (!(await isFile(modelPath)))
      throw new PayerHubError("NOT_FOUND", `reading model "${config.name}": version ${version} has no ${config.fileName}`);
  }
  if (versions.length === 0)
    throw new PayerHubError("NOT_FOUND", `reading model "${config.name}": its version policy selects none of its folders`);
  return versions;
}

/** Both at once. */
export async function readModel(
  repository: string,
  name: string,
): Promise<{ readonly config: ModelConfig; readonly versions: readonly RepositoryVersion[] }> {
  const config = await readRepositoryConfig(repository, name);
  return { config, versions: await selectVersions(repository, config) };
}

function select(policy: VersionPolicy, found: readonly number[]): readonly number[] {
  const ascending = found.toSorted((a, b) => a - b);
  if (policy === "all") return ascending;
  if ("specific" in policy) return ascending.filter((version) => policy.specific.includes(version));
  return ascending.slice(-policy.latest);
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
