import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { PayerHubError } from "../../runtime/error.ts";
import { readModelConfig } from "./model-config.ts";
import type { ModelConfig, VersionPolicy } from "./model-config.ts";

/** A configuration is a few hundred bytes; a larger file is something else. */
const MAX_CONFIG_BYTES = 256 * 1024;

export interface RepositoryVersion {
  readonly version: number;
  readonly modelPath: string;
}

export interface RepositoryModel {
  readonly config: ModelConfig;
  /** Those that the version policy selects, ascending. */
  readonly versions: readonly RepositoryVersion[];
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
 * Reads one model of a repository laid out as Triton's: `<model>/config.pbtxt`, `<model>/<version>/model.onnx`.
 * NOT_FOUND when there is no such model or its policy selects no version, INVALID_ARGUMENT for a wrong configuration.
 */
export async function readModel(repository: string, name: string): Promise<RepositoryModel> {
  const folder = join(repository, name);
  const configPath = join(folder, "config.pbtxt");
  if (!/^[\w.-]+$/.test(name) || name.startsWith(".") || !(await isFile(configPath))) {
    throw new PayerHubError("NOT_FOUND", `reading model "${name}": the repository has no such model`);
  }
  if ((await stat(configPath)).size > MAX_CONFIG_BYTES) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the configuration of model "${name}": it is larger than ${MAX_CONFIG_BYTES} bytes`,
    );
  }
  const config = readModelConfig(await readFile(configPath, "utf8"), name);
  const found = (await readdir(folder)).filter((entry) => /^[1-9]\d*$/.test(entry)).map(Number);
  const versions = select(config.versions, found).map((version) => ({
    version,
    modelPath: join(folder, String(version), config.fileName),
  }));
  for (const { version, modelPath } of versions) {
    if (!(await isFile(modelPath)))
      throw new PayerHubError("NOT_FOUND", `reading model "${name}": version ${version} has no ${config.fileName}`);
  }
  if (versions.length === 0)
    throw new PayerHubError("NOT_FOUND", `reading model "${name}": its version policy selects none of its folders`);
  return { config, versions };
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
