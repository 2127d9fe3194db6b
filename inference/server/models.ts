import type { RepositoryIndexResponse_ModelIndex } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Logger } from "../../runtime/log.ts";
import type { World } from "../../runtime/world.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { loadModel } from "./model.ts";
import type { LoadedModel } from "./model.ts";
import { checkModelConfig } from "./model-config.ts";
import type { ModelConfig } from "./model-config.ts";
import { createStateBoard } from "./model-state.ts";
import { parseVersion } from "./model-version.ts";
import type { PbtxtMessage } from "./pbtxt.ts";
import { modelNames, readRepositoryConfig, selectVersions } from "./repository.ts";
import type { Strictness } from "./validate.ts";

/** Longest reason that RepositoryIndex tells, in characters. */
const MAX_REASON_CHARS = 500;

/** The models of a repository that are loaded now. */
export interface Models {
  /** Versions of a loaded model, ascending; NOT_FOUND when none is. */
  versions(name: string): readonly LoadedModel[];
  /** The named version, or the newest when `version` is empty. INVALID_ARGUMENT: no number; NOT_FOUND: no such model or version. */
  resolve(name: string, version: string): LoadedModel;
  loaded(): readonly LoadedModel[];
  index(readyOnly: boolean): Promise<readonly RepositoryIndexResponse_ModelIndex[]>;
  /**
   * Reads a model's configuration, or the one that is given in its place. NOT_FOUND when the repository has no such model,
   * INVALID_ARGUMENT when its configuration cannot be read.
   */
  configure(name: string, given?: PbtxtMessage): Promise<ModelConfig>;
  /** Loads or swaps a model: the new versions take over before the old ones drain. NOT_FOUND or INVALID_ARGUMENT when it cannot run. */
  load(config: ModelConfig, signal: AbortSignal): Promise<void>;
  /** Ends after the accepted requests; a model that is not loaded is unloaded already. */
  unload(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface ModelsOptions {
  readonly repository: string;
  /** Models that are loaded at the start; undefined loads all. */
  readonly models?: readonly string[] | undefined;
  readonly strictness: Strictness;
  readonly world: World;
  readonly log: Logger;
  readonly pool: BufferPool;
}

/** Loads the models of the repository; the first that fails fails the whole, so that a server is ready or not there. */
export async function openModels(options: ModelsOptions, signal: AbortSignal): Promise<Models> {
  const models = new RepositoryModels(options, signal);
  try {
    for (const name of options.models ?? (await modelNames(options.repository))) await models.load(await models.configure(name), signal);
    return models;
  } catch (error) {
    await models.close();
    throw error;
  }
}

class RepositoryModels implements Models {
  readonly #options: ModelsOptions;
  readonly #lifetime: AbortSignal;
  readonly #loaded = new Map<string, readonly LoadedModel[]>();
  readonly #states = createStateBoard();
  /** Loads and unloads of one model follow each other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: ModelsOptions, lifetime: AbortSignal) {
    this.#options = options;
    this.#lifetime = lifetime;
  }

  versions(name: string): readonly LoadedModel[] {
    const found = this.#loaded.get(name);
    if (found !== undefined) return found;
    const state = this.#states.knows(name) ? "it has no available versions, it must be loaded" : "it is not known";
    throw new PayerHubError("NOT_FOUND", `finding model "${name}": ${state}`);
  }

  resolve(name: string, version: string): LoadedModel {
    // Before the look-up: a version that is no number is wrong for any model, known or not.
    const wanted = version === "" ? undefined : parseVersion(name, version);
    const found = this.versions(name);
    const model = wanted === undefined ? found.at(-1) : found.find((candidate) => candidate.version === wanted);
    if (model === undefined) throw new PayerHubError("NOT_FOUND", `finding model "${name}": it has no version ${wanted ?? "at all"}`);
    return model;
  }

  loaded(): readonly LoadedModel[] {
    return Array.from(this.#loaded.values()).flat();
  }

  async index(readyOnly: boolean): Promise<readonly RepositoryIndexResponse_ModelIndex[]> {
    return this.#states.index(await modelNames(this.#options.repository), readyOnly);
  }

  async configure(name: string, given?: PbtxtMessage): Promise<ModelConfig> {
    return await readRepositoryConfig(this.#options.repository, name, given);
  }

  async load(config: ModelConfig, signal: AbortSignal): Promise<void> {
    const { name } = config;
    await this.#inTurn(name, async () => {
      const { world, log } = this.#options;
      const beganMs = world.monotonicMs();
      const fresh = await this.#start(config, signal);
      const old = this.#loaded.get(name) ?? [];
      this.#loaded.set(name, fresh);
      log.info("inference.model_loaded", { component: name, count: fresh.length, durationMs: world.monotonicMs() - beganMs });
      await Promise.all(old.map(async (model) => await model.unload()));
    });
  }

  async unload(name: string): Promise<void> {
    await this.#inTurn(name, async () => {
      const old = this.#loaded.get(name) ?? [];
      this.#loaded.delete(name);
      for (const { version } of old) this.#states.set(name, version, "UNLOADING");
      await Promise.all(old.map(async (model) => await model.unload()));
      for (const { version } of old) this.#states.set(name, version, "UNAVAILABLE", "unloaded");
    });
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#loaded.keys(), async (name) => await this.unload(name)));
  }

  async #inTurn(name: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work, work);
    this.#turns.set(name, turn);
    try {
      await turn;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  async #start(config: ModelConfig, call: AbortSignal): Promise<readonly LoadedModel[]> {
    const { repository, strictness, world, pool } = this.#options;
    const { name } = config;
    const running = new Set(this.#loaded.get(name)?.map(({ version }) => version));
    this.#states.keep(name, [...running]);
    const versions = await selectVersions(repository, config);
    const fresh: LoadedModel[] = [];
    try {
      for (const version of versions) {
        call.throwIfAborted();
        if (!running.has(version.version)) this.#states.set(name, version.version, "LOADING");
        checkModelConfig(config);
        fresh.push(await loadModel({ config, version, strictness, world, pool, signal: this.#lifetime }));
      }
      this.#states.keep(
        name,
        versions.map(({ version }) => version),
      );
      for (const { version } of versions) this.#states.set(name, version, "READY");
      return fresh;
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, MAX_REASON_CHARS) : "it cannot be loaded";
      for (const { version } of versions) if (!running.has(version)) this.#states.set(name, version, "UNAVAILABLE", reason);
      await Promise.all(fresh.map(async (model) => await model.unload()));
      throw error;
    }
  }
}
