import type * as pb from "../../proto/inference/grpc_service.pb.ts";
import { ModelConfig as ConfigMessage } from "../../proto/inference/model_config.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Code } from "../../runtime/error.ts";
import { configMessage } from "./model-config-message.ts";
import { modelMetadata } from "./model.ts";
import { parseVersion } from "./model-version.ts";
import type { Models } from "./models.ts";
import { configFromJson } from "./config-override.ts";
import type { ServerSettings } from "./settings.ts";
import { snakeJson } from "./snake-json.ts";

/** What the server says of itself. */
export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
}

/** Triton's names of the protocol extensions that are served here. */
const EXTENSIONS = [
  "classification",
  "model_repository",
  "schedule_policy",
  "model_configuration",
  "binary_tensor_data",
  "parameters",
  "statistics",
  "trace",
  "logging",
];

export interface ServiceOptions {
  readonly models: Models;
  readonly identity: ServerIdentity;
  readonly settings: ServerSettings;
  readonly ready: () => boolean;
}

interface Named {
  readonly name: string;
  readonly version: string;
}

/** What the server answers, apart from inference, whichever protocol asks. Errors have Triton's codes. */
export interface InferenceService {
  readonly settings: ServerSettings;
  ready(): boolean;
  modelReady(model: Named): boolean;
  metadata(): pb.ServerMetadataResponse;
  modelMetadata(model: Named): pb.ModelMetadataResponse;
  modelConfig(model: Named): pb.ModelConfigResponse;
  /** The same in KServe's HTTP form. */
  modelConfigJson(model: Named): unknown;
  statistics(model: Named): pb.ModelStatisticsResponse;
  index(request: pb.RepositoryIndexRequest): Promise<pb.RepositoryIndexResponse>;
  load(request: pb.RepositoryModelLoadRequest, signal: AbortSignal): Promise<pb.RepositoryModelLoadResponse>;
  unload(request: pb.RepositoryModelUnloadRequest): Promise<pb.RepositoryModelUnloadResponse>;
}

export function createService({ models, identity, settings, ready }: ServiceOptions): InferenceService {
  return {
    settings,
    ready,
    modelReady: ({ name, version }) => selected(models, name, version).length > 0,
    metadata: () => ({ ...identity, extensions: EXTENSIONS }),
    modelMetadata: ({ name, version }) => {
      const model = models.resolve(name, version);
      return modelMetadata(models.versions(name), model.config);
    },
    modelConfig: ({ name, version }) => configMessage(models.resolve(name, version).config),
    modelConfigJson: ({ name, version }) =>
      snakeJson(ConfigMessage.toJSON(ConfigMessage.fromPartial(configMessage(models.resolve(name, version).config).config ?? {}))),
    statistics: ({ name, version }) => ({ modelStats: statisticsOf(models, name, version) }),
    index: async ({ repositoryName, ready: readyOnly }) => {
      refuseRepositoryName(repositoryName);
      return { models: await models.index(readyOnly) };
    },
    load: async ({ repositoryName, modelName, parameters }, signal) => {
      refuseRepositoryName(repositoryName);
      await load(models, { modelName, parameters }, signal);
      return {};
    },
    unload: async ({ repositoryName, modelName }) => {
      refuseRepositoryName(repositoryName);
      await models.unload(modelName);
      return {};
    },
  };
}

function selected(models: Models, name: string, version: string) {
  const wanted = parseVersion(name, version);
  return models
    .loaded()
    .filter((model) => (name === "" || model.config.name === name) && (wanted === undefined || model.version === wanted));
}

function statisticsOf(models: Models, name: string, version: string): readonly pb.ModelStatistics[] {
  const found = selected(models, name, version);
  if (name !== "" && found.length === 0) {
    throw new PayerHubError("INVALID_ARGUMENT", `reading the statistics of model "${name}": it is not loaded, it must be`);
  }
  return found.map((model) => model.statistics());
}

/** As in Triton: what cannot be read is INTERNAL, what can be read and cannot run is INVALID_ARGUMENT. */
async function load(
  models: Models,
  { modelName, parameters }: Pick<pb.RepositoryModelLoadRequest, "modelName" | "parameters">,
  signal: AbortSignal,
): Promise<void> {
  const unknown = Object.keys(parameters).find((name) => name !== "config" && !name.startsWith("file:"));
  if (unknown !== undefined)
    throw new PayerHubError("INVALID_ARGUMENT", `loading model "${modelName}": parameter "${unknown}" is not known`);
  const file = Object.keys(parameters).find((name) => name.startsWith("file:"));
  if (file !== undefined)
    throw new PayerHubError("UNIMPLEMENTED", `loading model "${modelName}": files by call are not taken, they must be in the repository`);
  const override = parameters["config"]?.parameterChoice;
  if (parameters["config"] !== undefined && override?.$case !== "stringParam")
    throw new PayerHubError("INVALID_ARGUMENT", `loading model "${modelName}": parameter "config" must be a string_param`);
  const given = override?.$case === "stringParam" ? override.stringParam : undefined;
  const config = await orFail(
    modelName,
    "INTERNAL",
    async () => await models.configure(modelName, given === undefined ? undefined : configFromJson(given)),
  );
  await orFail(modelName, "INVALID_ARGUMENT", async () => await models.load(config, signal));
}

async function orFail<T>(modelName: string, code: Code, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const failed = PayerHubError.from(cause, { attempted: `loading model "${modelName}"` });
    if (failed.code === "CANCELLED" || failed.code === "DEADLINE_EXCEEDED") throw failed;
    throw new PayerHubError(code, `loading model "${modelName}" failed: ${failed.message}`, { cause });
  }
}

function refuseRepositoryName(name: string): void {
  if (name !== "") throw new PayerHubError("UNIMPLEMENTED", `reading repository "${name}": naming one is not offered, it must be empty`);
}
