import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelInferRequest, ModelMetadataResponse, ModelStatistics } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import type { Tensor } from "../tensor.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { classify } from "./classify.ts";
import { createIdentitySession } from "./identity-session.ts";
import type { ModelConfig, ModelTensor } from "./model-config.ts";
import { createModelQueue } from "./queue.ts";
import type { RepositoryVersion } from "./repository.ts";
import { outerShape } from "./reshape.ts";
import { keepSession } from "./session.ts";
import type { Session } from "./session.ts";
import { signatureMismatch } from "./signature.ts";
import { createStatistics } from "./statistics.ts";
import type { ModelMetrics } from "./statistics.ts";
import { checkRequest } from "./validate.ts";
import type { CheckedRequest, Strictness } from "./validate.ts";
import { warmUp } from "./warm-up.ts";

/** One version of a model with its sessions. */
export interface LoadedModel {
  readonly config: ModelConfig;
  readonly version: number;
  readonly loadMs: number;
  readonly waiting: number;
  infer(request: ModelInferRequest, signal: AbortSignal): Promise<readonly Tensor[]>;
  statistics(): ModelStatistics;
  metrics(): ModelMetrics;
  /** Ends after the accepted requests. */
  unload(): Promise<void>;
}

export interface LoadOptions {
  readonly config: ModelConfig;
  readonly version: RepositoryVersion;
  readonly strictness: Strictness;
  readonly world: World;
  readonly pool: BufferPool;
  readonly signal: AbortSignal;
}

/** Starts the sessions of one version, checks that the file has the tensors that the configuration names, and warms them up. */
export async function loadModel(options: LoadOptions): Promise<LoadedModel> {
  const { config, version, strictness, world } = options;
  const beganMs = world.monotonicMs();
  const labels = await readLabels(config, version.folder);
  const sessions = await startAll(config.instances, async () => await startOne(options));
  const statistics = createStatistics();
  const queue = createModelQueue({ config, sessions, statistics, world });
  const specs = new Map(config.outputs.map((output) => [output.name, output]));
  const batched = config.maxBatchSize > 0;
  const finish = (output: Tensor, checked: CheckedRequest): Tensor => {
    const count = checked.classes?.get(output.name);
    const shape = outerShape(output.shape, specs.get(output.name), batched);
    const shaped = shape === output.shape ? output : { ...output, shape };
    return count === undefined ? shaped : classify(shaped, { count, labels: labels.get(output.name) ?? [], batched });
  };
  return {
    config,
    version: version.version,
    loadMs: world.monotonicMs() - beganMs,
    get waiting() {
      return queue.waiting;
    },
    infer: async (request, callSignal) => {
      const checked = checkRequest(request, config, strictness);
      const outputs = await queue.submit(checked, callSignal);
      return outputs.map((output) => finish(output, checked));
    },
    statistics: () => statistics.snapshot(config.name, String(version.version)),
    metrics: () => statistics.metrics(),
    unload: async () => {
      await queue.drain();
      await Promise.all(sessions.map(async (session) => await session.close()));
    },
  };
}

async function startOne({ config, version, world, pool, signal }: LoadOptions): Promise<Session> {
  const attempted = `loading model "${config.name}" version ${version.version}`;
  const session = await (config.backend === "identity"
    ? createIdentitySession(config, world)
    : keepSession({ modelPath: version.modelPath }, { pool, signal }).catch((cause: unknown) => {
        const error = PayerHubError.from(cause, { attempted });
        throw new PayerHubError(error.code, `${attempted}: ${error.message}`, { cause });
      }));
  try {
    const mismatch = signatureMismatch(config, session);
    if (mismatch !== undefined) throw new PayerHubError("INVALID_ARGUMENT", `${attempted}: ${mismatch}`);
    await warmUp(session, { config, folder: version.folder, world, signal });
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function startAll(instances: number, start: () => Promise<Session>): Promise<readonly Session[]> {
  const started = await Promise.allSettled(Array.from({ length: instances }, start));
  const sessions = started.filter((result) => result.status === "fulfilled").map((result) => result.value);
  const failure = started.find((result) => result.status === "rejected");
  if (failure === undefined) return sessions;
  await Promise.all(sessions.map(async (session) => await session.close()));
  throw failure.reason;
}

/** Labels by output: the lines of its label file. */
async function readLabels(config: ModelConfig, folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const labels = new Map<string, readonly string[]>();
  for (const { name, labelFile } of config.outputs) {
    if (labelFile === undefined) continue;
    const text = await readFile(join(folder, labelFile), "utf8").catch((cause: unknown) => {
      throw new PayerHubError(
        "INVALID_ARGUMENT",
        `loading model "${config.name}": output "${name}" names label file "${labelFile}", which cannot be read`,
        {
          cause,
        },
      );
    });
    labels.set(name, text.split(/\r?\n/));
  }
  return labels;
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
    platform: config.backend === "onnxruntime" ? "onnxruntime_onnx" : "",
    inputs: config.inputs.map(describe),
    outputs: config.outputs.map(describe),
  };
}
