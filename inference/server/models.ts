import type { RepositoryIndexResponse_ModelIndex } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Logger } from "../../runtime/log.ts";
import type { World } from "../../runtime/world.ts";
import { loadModel } from "./model.ts";
import type { LoadedModel } from "./model.ts";
import { modelNames, readModel } from "./repository.ts";
import type { Strictness } from "./validate.ts";

/** The models of a repository that are loaded now. */
export interface Models {
  /** Versions of a loaded model, ascending; NOT_FOUND when none is. */
  versions(name: string): readonly LoadedModel[];
  /** The named version, or the newest when `version` is empty. INVALID_ARGUMENT: no number; NOT_FOUND: no such model or version. */
  resolve(name: string, version: string): LoadedModel;
  loaded(): readonly LoadedModel[];
  index(readyOnly: boolean): Promise<readonly RepositoryIndexResponse_ModelIndex[]>;
  /** Loads or swaps a model: the new versions take over before the old ones drain. */
  load(name: string, signal: AbortSignal): Promise<void>;
  unload(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface ModelsOptions {
  readonly repository: string;
  readonly strictness: Strictness;
  readonly world: World;
  readonly log: Logger;
}

/** Loads every model of the repository; the first that fails fails the whole, so that a server is ready or not there. */
export async function openModels(options: ModelsOptions, signal: AbortSignal): Promise<Models> {
  const models = createModels(options, signal);
  try {
    for (const name of await modelNames(options.repository)) await models.load(name, signal);
    return models;
  } catch (error) {
    await models.close();
    throw error;
  }
}

function createModels(options: ModelsOptions, lifetime: AbortSignal): Models {
  const loaded = new Map<string, readonly LoadedModel[]>();
  const versions = (name: string): readonly LoadedModel[] => {
    const found = loaded.get(name);
    if (found === undefined) throw new PayerHubError("NOT_FOUND", `finding model "${name}": it has no available versions`);
    return found;
  };
  const unload = async (name: string) => {
    const old = loaded.get(name) ?? [];
    loaded.delete(name);
    await Promise.all(old.map(async (model) => await model.unload()));
  };
  return {
    versions,
    unload,
    resolve: (name, version) => {
      // Before the look-up: a version that is no number is wrong for any model, known or not.
      const wanted = version === "" ? undefined : parseVersion(name, version);
      return resolveVersion(versions(name), name, wanted);
    },
    loaded: () => Array.from(loaded.values()).flat(),
    index: async (readyOnly) => {
      const ready = Array.from(loaded.values()).flatMap((found) => found.map(readyEntry));
      if (readyOnly) return ready;
      const others = (await modelNames(options.repository)).filter((name) => !loaded.has(name));
      return [...ready, ...others.map((name) => ({ name, version: "", state: "UNAVAILABLE", reason: "unloaded" }))];
    },
    load: async (name, signal) => {
      const began = options.world.monotonicMs();
      const fresh = await loadVersions(options, name, { call: signal, lifetime });
      const old = loaded.get(name) ?? [];
      loaded.set(name, fresh);
      options.log.info("inference.model_loaded", { component: name, count: fresh.length, durationMs: options.world.monotonicMs() - began });
      await Promise.all(old.map(async (model) => await model.unload()));
    },
    close: async () => {
      await Promise.all(Array.from(loaded.keys(), unload));
    },
  };
}

function resolveVersion(found: readonly LoadedModel[], name: string, version: number | undefined): LoadedModel {
  const model = version === undefined ? found.at(-1) : found.find((candidate) => candidate.version === version);
  if (model === undefined) throw new PayerHubError("NOT_FOUND", `finding model "${name}": it has no version ${version ?? "at all"}`);
  return model;
}

/** INVALID_ARGUMENT when the text is no version number. */
export function parseVersion(name: string, version: string): number {
  if (!/^\d{1,15}$/.test(version)) {
    throw new PayerHubError("INVALID_ARGUMENT", `finding model "${name}": its version is "${version}", it must be a number`);
  }
  return Number(version);
}

function readyEntry(model: LoadedModel): RepositoryIndexResponse_ModelIndex {
  return { name: model.config.name, version: String(model.version), state: "READY", reason: "" };
}

async function loadVersions(
  options: ModelsOptions,
  name: string,
  signals: { readonly call: AbortSignal; readonly lifetime: AbortSignal },
): Promise<readonly LoadedModel[]> {
  const { config, versions } = await readModel(options.repository, name);
  const fresh: LoadedModel[] = [];
  try {
    for (const version of versions) {
      signals.call.throwIfAborted();
      const { strictness, world } = options;
      fresh.push(await loadModel({ config, version, strictness, world, signal: signals.lifetime }));
    }
    return fresh;
  } catch (error) {
    await Promise.all(fresh.map(async (model) => await model.unload()));
    throw error;
  }
}
