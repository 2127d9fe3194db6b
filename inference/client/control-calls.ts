import { Metadata } from "@grpc/grpc-js";
import type { CallOptions as GrpcCallOptions, ClientUnaryCall, ServiceError } from "@grpc/grpc-js";
import { HealthCheckResponse_ServingStatus } from "../../proto/inference/health.pb.ts";
import type { HealthClient } from "../../proto/inference/health.pb.ts";
import type {
  GRPCInferenceServiceClient,
  ModelInferRequest,
  ModelMetadataResponse,
  ModelStatistics,
  ModelStreamInferResponse,
  RepositoryIndexResponse_ModelIndex,
  ServerMetadataResponse,
} from "../../proto/inference/grpc_service.pb.ts";
import type { ModelConfig } from "../../proto/inference/model_config.pb.ts";
import { unaryCall } from "./call.ts";
import type { CallOptions } from "./call-options.ts";
import { loadParameters } from "./load-parameters.ts";
import type { LoadOptions } from "./load-parameters.ts";
import { streamInfer } from "./stream-infer.ts";

type Versioned = CallOptions & { readonly version?: string };

/** The calls whose cost does not count, over grpc-js. All reject with PayerHubError and the server's code. */
export interface ControlCalls {
  live(call: CallOptions): Promise<boolean>;
  ready(call: CallOptions): Promise<boolean>;
  /** False for an unknown model; INVALID_ARGUMENT for a version that is no number. */
  modelReady(name: string, call: Versioned): Promise<boolean>;
  /** Whether `grpc.health.v1` says SERVING; NOT_FOUND for a service that the server does not know. */
  healthy(call: CallOptions & { readonly service?: string }): Promise<boolean>;
  serverMetadata(call: CallOptions): Promise<ServerMetadataResponse>;
  modelMetadata(name: string, call: Versioned): Promise<ModelMetadataResponse>;
  /** UNIMPLEMENTED from a server that has no configurations. */
  modelConfig(name: string, call: Versioned): Promise<ModelConfig | undefined>;
  /** An empty name asks for every model. */
  statistics(name: string, call: Versioned): Promise<readonly ModelStatistics[]>;
  /** `readyOnly` leaves out models that are not loaded. */
  repositoryIndex(call: CallOptions & { readonly readyOnly?: boolean }): Promise<readonly RepositoryIndexResponse_ModelIndex[]>;
  /** INTERNAL when the model cannot be loaded. */
  loadModel(name: string, call: CallOptions & LoadOptions): Promise<void>;
  /** OK for an unknown model too, as Triton answers. */
  unloadModel(name: string, call: CallOptions & { readonly dependents?: boolean }): Promise<void>;
  /**
   * Many requests over one stream; replies come as the server gives them, errors of single requests inside replies. Ending the
   * loop over the replies cancels the stream. The deadline is that of the whole stream.
   */
  streamInfer(requests: AsyncIterable<ModelInferRequest>, call: CallOptions): AsyncGenerator<ModelStreamInferResponse>;
}

export interface ControlStubs {
  readonly service: GRPCInferenceServiceClient;
  readonly health: HealthClient;
  /** gRPC metadata that goes with every call. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

/** How one call is started on a stub. */
type Start<R> = (
  metadata: Metadata,
  options: GrpcCallOptions,
  answer: (error: ServiceError | null, response: R) => void,
) => ClientUnaryCall;

/** Gives a function that makes a unary call with the client's metadata and deadline. */
export function createAsk(stubs: Pick<ControlStubs, "metadata" | "deadlineMs">) {
  return async <R>(attempted: string, call: CallOptions, start: Start<R>): Promise<R> => {
    const options = { deadline: Date.now() + (call.deadlineMs ?? stubs.deadlineMs) };
    return await unaryCall<R>((answer) => start(metadataOf(stubs, call), options, answer), { attempted, signal: call.signal });
  };
}

export function createControlCalls(stubs: ControlStubs): ControlCalls {
  const ask = createAsk(stubs);
  return { ...serverCalls(stubs, ask), ...modelCalls(stubs, ask), ...repositoryCalls(stubs, ask) };
}

type Ask = ReturnType<typeof createAsk>;

function serverCalls({ service, health }: ControlStubs, ask: Ask): Pick<ControlCalls, "live" | "ready" | "healthy" | "serverMetadata"> {
  return {
    live: async (call) =>
      (await ask<{ live: boolean }>("asking the model server if it lives", call, (...rest) => service.serverLive({}, ...rest))).live,
    ready: async (call) =>
      (await ask<{ ready: boolean }>("asking the model server if it is ready", call, (...rest) => service.serverReady({}, ...rest))).ready,
    healthy: async (call) => {
      const request = { service: call.service ?? "" };
      const answer = await ask<{ status: number }>("asking for the model server's health", call, (...rest) =>
        health.check(request, ...rest),
      );
      return answer.status === HealthCheckResponse_ServingStatus.SERVING;
    },
    serverMetadata: async (call) =>
      await ask("asking the model server for its version", call, (...rest) => service.serverMetadata({}, ...rest)),
  };
}

function modelCalls(
  stubs: ControlStubs,
  ask: Ask,
): Pick<ControlCalls, "modelReady" | "modelMetadata" | "modelConfig" | "statistics" | "streamInfer"> {
  const { service } = stubs;
  const named = (name: string, call: Versioned) => ({ name, version: call.version ?? "" });
  return {
    modelReady: async (name, call) =>
      (
        await ask<{ ready: boolean }>(`asking if model "${name}" is ready`, call, (...rest) =>
          service.modelReady(named(name, call), ...rest),
        )
      ).ready,
    modelMetadata: async (name, call) =>
      await ask(`asking for the signature of model "${name}"`, call, (...rest) => service.modelMetadata(named(name, call), ...rest)),
    modelConfig: async (name, call) => {
      const attempted = `asking for the configuration of model "${name}"`;
      const answer = await ask<{ config: ModelConfig | undefined }>(attempted, call, (...rest) =>
        service.modelConfig(named(name, call), ...rest),
      );
      return answer.config;
    },
    statistics: async (name, call) => {
      const attempted = `asking for the statistics of model "${name}"`;
      const answer = await ask<{ modelStats: readonly ModelStatistics[] }>(attempted, call, (...rest) =>
        service.modelStatistics(named(name, call), ...rest),
      );
      return answer.modelStats;
    },
    streamInfer: (requests, call) =>
      streamInfer(
        () => service.modelStreamInfer(metadataOf(stubs, call), { deadline: Date.now() + (call.deadlineMs ?? stubs.deadlineMs) }),
        {
          requests,
          signal: call.signal,
        },
      ),
  };
}

function repositoryCalls({ service }: ControlStubs, ask: Ask): Pick<ControlCalls, "repositoryIndex" | "loadModel" | "unloadModel"> {
  return {
    repositoryIndex: async (call) => {
      const request = { repositoryName: "", ready: call.readyOnly ?? false };
      const answer = await ask<{ models: readonly RepositoryIndexResponse_ModelIndex[] }>("listing the model repository", call, (...rest) =>
        service.repositoryIndex(request, ...rest),
      );
      return answer.models;
    },
    loadModel: async (modelName, call) => {
      const request = { repositoryName: "", modelName, parameters: loadParameters(call) };
      await ask(`loading model "${modelName}"`, call, (...rest) => service.repositoryModelLoad(request, ...rest));
    },
    unloadModel: async (modelName, call) => {
      const dependents = { unload_dependents: { parameterChoice: { $case: "boolParam" as const, boolParam: true } } };
      const request = { repositoryName: "", modelName, parameters: call.dependents === true ? dependents : {} };
      await ask(`unloading model "${modelName}"`, call, (...rest) => service.repositoryModelUnload(request, ...rest));
    },
  };
}

function metadataOf(stubs: Pick<ControlStubs, "metadata">, call: CallOptions): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries({ ...stubs.metadata, ...call.metadata })) metadata.set(name, value);
  return metadata;
}
