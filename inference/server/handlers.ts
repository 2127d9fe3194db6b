import { Metadata } from "@grpc/grpc-js";
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall, StatusObject } from "@grpc/grpc-js";
import type { GRPCInferenceServiceServer } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Logger } from "../../runtime/log.ts";
import { infer } from "./infer.ts";
import { modelMetadata } from "./model.ts";
import { parseVersion } from "./models.ts";
import type { Models } from "./models.ts";
import { streamInfer } from "./stream.ts";

/** What the server says of itself. */
export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
}

/** Triton's names of the protocol extensions that are served here. */
const EXTENSIONS = ["model_repository", "schedule_policy", "statistics"];

export interface HandlerOptions {
  readonly models: Models;
  readonly identity: ServerIdentity;
  readonly log: Logger;
  /** Ends with the server. */
  readonly signal: AbortSignal;
  readonly ready: () => boolean;
}

/** The calls that are answered here; grpc-js answers the others with UNIMPLEMENTED. */
type Served =
  | `server${"Live" | "Ready" | "Metadata"}`
  | `model${"Ready" | "Metadata" | "Infer" | "StreamInfer" | "Statistics"}`
  | `repository${"Index" | "ModelLoad" | "ModelUnload"}`;

/** The calls of Triton's service that this server answers, each as a function from request to response. */
export function createHandlers(options: HandlerOptions): Pick<GRPCInferenceServiceServer, Served> {
  const { models, identity } = options;
  const unary = <Q, R>(work: (request: Q, signal: AbortSignal) => Promise<R> | R): handleUnaryCall<Q, R> => unaryHandler(options, work);
  return {
    serverLive: unary(() => ({ live: true })),
    serverReady: unary(() => ({ ready: options.ready() })),
    modelReady: unary(({ name, version }) => ({ ready: isReady(models, name, version) })),
    serverMetadata: unary(() => ({ ...identity, extensions: EXTENSIONS })),
    modelMetadata: unary(({ name, version }) => {
      const model = models.resolve(name, version);
      return modelMetadata(models.versions(name), model.config);
    }),
    modelInfer: unary(async (request, signal) => await infer(models, request, signal)),
    modelStreamInfer: (call) => streamInfer(call, { models, signal: options.signal }),
    modelStatistics: unary(({ name, version }) => ({ modelStats: selectStatistics(models, name, version) })),
    repositoryIndex: unary(async ({ repositoryName, ready }) => {
      refuseRepositoryName(repositoryName);
      return { models: await models.index(ready) };
    }),
    repositoryModelLoad: unary(async ({ repositoryName, modelName, parameters }, signal) => {
      refuseRepositoryName(repositoryName);
      if (Object.keys(parameters).length > 0) {
        throw new PayerHubError("UNIMPLEMENTED", `loading model "${modelName}": overrides are not offered here, the repository decides`);
      }
      await load(models, modelName, signal);
      return {};
    }),
    repositoryModelUnload: unary(async ({ repositoryName, modelName }) => {
      refuseRepositoryName(repositoryName);
      await models.unload(modelName);
      return {};
    }),
  };
}

function isReady(models: Models, name: string, version: string): boolean {
  const wanted = version === "" ? undefined : parseVersion(name, version);
  return models.loaded().some((model) => model.config.name === name && (wanted === undefined || model.version === wanted));
}

function selectStatistics(models: Models, name: string, version: string) {
  const wanted = version === "" ? undefined : parseVersion(name, version);
  const selected = models
    .loaded()
    .filter((model) => (name === "" || model.config.name === name) && (wanted === undefined || model.version === wanted));
  if (name !== "" && selected.length === 0) {
    throw new PayerHubError("INVALID_ARGUMENT", `reading the statistics of model "${name}": it is not loaded, it must be`);
  }
  return selected.map((model) => model.statistics());
}

/** Triton answers every failed load with INTERNAL. */
async function load(models: Models, name: string, signal: AbortSignal): Promise<void> {
  try {
    await models.load(name, signal);
  } catch (cause) {
    const reason = cause instanceof PayerHubError ? cause.message : "it cannot be read";
    throw new PayerHubError("INTERNAL", `loading model "${name}" failed: ${reason}`, { cause });
  }
}

function refuseRepositoryName(name: string): void {
  if (name !== "") throw new PayerHubError("UNIMPLEMENTED", `reading repository "${name}": naming one is not offered, it must be empty`);
}

function unaryHandler<Q, R>(options: HandlerOptions, work: (request: Q, signal: AbortSignal) => Promise<R> | R): handleUnaryCall<Q, R> {
  return (call, answer) => {
    void respond(options, { call, answer, work });
  };
}

interface Exchange<Q, R> {
  readonly call: ServerUnaryCall<Q, R>;
  readonly answer: sendUnaryData<R>;
  readonly work: (request: Q, signal: AbortSignal) => Promise<R> | R;
}

async function respond<Q, R>(options: HandlerOptions, { call, answer, work }: Exchange<Q, R>): Promise<void> {
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort(new PayerHubError("CANCELLED", "answering a call: its client went away")));
  try {
    answer(null, await work(call.request, AbortSignal.any([gone.signal, options.signal])));
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: `answering ${call.getPath()}` });
    if (error.code === "INTERNAL") options.log.warn("inference.call_failed", { code: error.code, subject: call.getPath() });
    answer(statusOf(error));
  }
}

function statusOf(error: PayerHubError): StatusObject {
  return { code: error.number, details: error.message, metadata: new Metadata() };
}
