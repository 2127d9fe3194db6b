import type { ModelInferRequest, ModelMetadataResponse, ModelStatistics } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import type { Tensor } from "../tensor.ts";
import type { ModelConfig, ModelTensor } from "./model-config.ts";
import { createModelQueue } from "./queue.ts";
import type { ModelQueue } from "./queue.ts";
import type { RepositoryVersion } from "./repository.ts";
import { keepSession } from "./session.ts";
import type { Session } from "./session.ts";
import { createStatistics } from "./statistics.ts";
import { checkRequest } from "./validate.ts";
import type { Strictness } from "./validate.ts";

/** One version of a model with its sessions. */
export interface LoadedModel {
  readonly config: ModelConfig;
  readonly version: number;
  readonly waiting: number;
  infer(request: ModelInferRequest, signal: AbortSignal): Promise<readonly Tensor[]>;
  statistics(): ModelStatistics;
  /** Ends after the accepted requests. */
  unload(): Promise<void>;
}

export interface LoadOptions {
  readonly config: ModelConfig;
  readonly version: RepositoryVersion;
  readonly strictness: Strictness;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** Starts the sessions of one version and checks that the file has the tensors that the configuration names. */
export async function loadModel(options: LoadOptions): Promise<LoadedModel> {
  const { config, version, strictness, world, signal } = options;
  const start = async () => await keepSession({ modelPath: version.modelPath }, signal);
  const sessions = await startAll(config.instances, start);
  const statistics = createStatistics();
  const queue: ModelQueue = createModelQueue({ config, sessions, statistics, world });
  const unload = async () => {
    await queue.drain();
    await Promise.all(sessions.map(async (session) => await session.close()));
  };
  const mismatch = tensorMismatch(config, sessions[0]);
  if (mismatch !== undefined) {
    await unload();
    throw new PayerHubError("INVALID_ARGUMENT", `loading model "${config.name}" version ${version.version}: ${mismatch}`);
  }
  return {
    config,
    version: version.version,
    get waiting() {
      return queue.waiting;
    },
    infer: async (request, callSignal) => await queue.submit(checkRequest(request, config, strictness), callSignal),
    statistics: () => statistics.snapshot(config.name, String(version.version)),
    unload,
  };
}

async function startAll(instances: number, start: () => Promise<Session>): Promise<readonly Session[]> {
  const started = await Promise.allSettled(Array.from({ length: instances }, start));
  const sessions = started.filter((result) => result.status === "fulfilled").map((result) => result.value);
  const failure = started.find((result) => result.status === "rejected");
  if (failure === undefined) return sessions;
  await Promise.all(sessions.map(async (session) => await session.close()));
  throw failure.reason;
}

function tensorMismatch(config: ModelConfig, session: Session | undefined): string | undefined {
  const differs = (side: string, wanted: readonly ModelTensor[], found: readonly string[]) => {
    const missing = wanted.find((tensor) => !found.includes(tensor.name));
    return missing === undefined ? undefined : `the file has ${side}s ${found.join(", ")}, the configuration names "${missing.name}"`;
  };
  return differs("input", config.inputs, session?.inputs ?? []) ?? differs("output", config.outputs, session?.outputs ?? []);
}

/** The signature as ModelMetadata tells it: a batching model's tensors start with a variable dimension. */
export function modelMetadata(models: readonly LoadedModel[], config: ModelConfig): ModelMetadataResponse {
  const describe = ({ name, datatype, dims }: ModelTensor) => ({
    name,
    datatype,
    shape: (config.maxBatchSize > 0 ? [-1, ...dims] : dims).map(BigInt),
  });
  return {
    name: config.name,
    versions: models.map((model) => String(model.version)),
    platform: "onnxruntime_onnx",
    inputs: config.inputs.map(describe),
    outputs: config.outputs.map(describe),
  };
}
