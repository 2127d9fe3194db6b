import { credentials, Metadata } from "@grpc/grpc-js";
import type { CallOptions as GrpcCallOptions } from "@grpc/grpc-js";
import { GRPCInferenceServiceClient } from "../../proto/inference/grpc_service.pb.ts";
import type {
  ModelInferRequest,
  ModelInferResponse,
  ModelMetadataResponse,
  ModelStatistics,
  ServerMetadataResponse,
} from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { isDatatype } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { unaryCall } from "./call.ts";
import { checkContract } from "./contract.ts";
import type { ModelContract } from "./contract.ts";
import { checkServerVersion } from "./server-version.ts";

/** Largest message either way, in bytes: a batch of 64 page tensors of 602 KB fits; grpc-js alone would stop at 4 MB. */
const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** HTTP/2 receive window per stream, in bytes: 64 KB, the default, halves the throughput of 602 KB tensors. */
const DEFAULT_WINDOW_BYTES = 4 * 1024 * 1024;
/** Longest that a call may take when the caller names no deadline, in milliseconds. */
const DEFAULT_DEADLINE_MS = 10_000;
/** Request bytes in flight at once: unary calls have no backpressure, so memory would grow with the callers. */
const DEFAULT_MAX_IN_FLIGHT_BYTES = 256 * 1024 * 1024;
/** Triton 25.07, the first with the August 2025 fixes of unauthenticated code execution (CVE-2025-23319 and its kin). */
const MINIMUM_TRITON_VERSION = "2.59.0";

export interface TritonClientOptions {
  /** `host:port` of the gRPC front. */
  readonly endpoint: string;
  readonly deadlineMs?: number;
  readonly windowBytes?: number;
  readonly maxMessageBytes?: number;
  readonly maxInFlightBytes?: number;
  /** Oldest Triton that is accepted; "0" accepts all. */
  readonly minimumVersion?: string;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Whole call, in milliseconds; also sent as Triton's `timeout`, so that queued work ends with it. */
  readonly deadlineMs?: number;
}

export interface InferOptions extends CallOptions {
  readonly version?: string;
  readonly id?: string;
  /** Names of the wanted outputs; absent asks for all. */
  readonly outputs?: readonly string[];
}

/**
 * A model server over Triton's gRPC protocol. All calls reject with PayerHubError: RESOURCE_EXHAUSTED for overload,
 * UNAVAILABLE for outage, DEADLINE_EXCEEDED, CANCELLED, else what the server answered. Nothing is retried here.
 */
export interface TritonClient {
  live(options: CallOptions): Promise<boolean>;
  ready(options: CallOptions): Promise<boolean>;
  /** False for an unknown model; INVALID_ARGUMENT for a version that is no number. */
  modelReady(name: string, options: CallOptions & { readonly version?: string }): Promise<boolean>;
  serverMetadata(options: CallOptions): Promise<ServerMetadataResponse>;
  modelMetadata(name: string, options: CallOptions & { readonly version?: string }): Promise<ModelMetadataResponse>;
  statistics(name: string, options: CallOptions): Promise<readonly ModelStatistics[]>;
  /** Outputs in the server's order. */
  infer(model: string, inputs: readonly Tensor[], options: InferOptions): Promise<readonly Tensor[]>;
  /** The bare call, for protocol tests and messages that `infer` cannot say. */
  inferMessage(request: ModelInferRequest, options: CallOptions): Promise<ModelInferResponse>;
  /** Checks the server's version and the signature of every model; FAILED_PRECONDITION names what differs. */
  verify(contracts: readonly ModelContract[], options: CallOptions): Promise<void>;
  close(): void;
}

/** Connects lazily: the first call opens the connection, so the server may start later than its clients. */
export function createTritonClient(options: TritonClientOptions): TritonClient {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
  const stub = new GRPCInferenceServiceClient(options.endpoint, credentials.createInsecure(), {
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    "grpc-node.flow_control_window": options.windowBytes ?? DEFAULT_WINDOW_BYTES,
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
    // A restarted server on this machine must be found again within a second, not after the default's two minutes.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
  });
  const calls = bind(stub, options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  const limit = createByteLimit(options.maxInFlightBytes ?? DEFAULT_MAX_IN_FLIGHT_BYTES);
  const minimumVersion = options.minimumVersion ?? MINIMUM_TRITON_VERSION;
  return {
    ...calls,
    infer: async (model, inputs, inferOptions) => {
      const bytes = inputs.reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
      const deadlineMs = inferOptions.deadlineMs ?? options.deadlineMs ?? DEFAULT_DEADLINE_MS;
      const request = inferRequest(model, inputs, { ...inferOptions, deadlineMs });
      return await limit(bytes, async () => tensorsOf(await calls.inferMessage(request, inferOptions)));
    },
    verify: async (contracts, callOptions) => {
      checkServerVersion(await calls.serverMetadata(callOptions), minimumVersion);
      for (const contract of contracts) {
        const named = contract.version === undefined ? callOptions : { ...callOptions, version: contract.version };
        checkContract(contract, await calls.modelMetadata(contract.name, named));
      }
    },
    close: () => stub.close(),
  };
}

function bind(stub: GRPCInferenceServiceClient, defaultDeadlineMs: number): Omit<TritonClient, "infer" | "verify" | "close"> {
  const none = new Metadata();
  const within = (call: CallOptions): GrpcCallOptions => ({ deadline: Date.now() + (call.deadlineMs ?? defaultDeadlineMs) });
  const at = (call: CallOptions, attempted: string) => ({ attempted, signal: call.signal });
  return {
    live: async (call) =>
      (
        await unaryCall<{ live: boolean }>(
          (cb) => stub.serverLive({}, none, within(call), cb),
          at(call, "asking the model server if it lives"),
        )
      ).live,
    ready: async (call) =>
      (
        await unaryCall<{ ready: boolean }>(
          (cb) => stub.serverReady({}, none, within(call), cb),
          at(call, "asking the model server if it is ready"),
        )
      ).ready,
    modelReady: async (name, call) => {
      const request = { name, version: call.version ?? "" };
      const attempted = `asking if model "${name}" is ready`;
      return (await unaryCall<{ ready: boolean }>((cb) => stub.modelReady(request, none, within(call), cb), at(call, attempted))).ready;
    },
    serverMetadata: async (call) =>
      await unaryCall((cb) => stub.serverMetadata({}, none, within(call), cb), at(call, "asking the model server for its version")),
    modelMetadata: async (name, call) => {
      const request = { name, version: call.version ?? "" };
      return await unaryCall(
        (cb) => stub.modelMetadata(request, none, within(call), cb),
        at(call, `asking for the signature of model "${name}"`),
      );
    },
    statistics: async (name, call) => {
      const request = { name, version: "" };
      const attempted = `asking for the statistics of model "${name}"`;
      const answer = await unaryCall<{ modelStats: readonly ModelStatistics[] }>(
        (cb) => stub.modelStatistics(request, none, within(call), cb),
        at(call, attempted),
      );
      return answer.modelStats;
    },
    inferMessage: async (request, call) =>
      await unaryCall((cb) => stub.modelInfer(request, none, within(call), cb), at(call, `inferring with model "${request.modelName}"`)),
  };
}

function inferRequest(
  model: string,
  inputs: readonly Tensor[],
  options: InferOptions & { readonly deadlineMs: number },
): ModelInferRequest {
  return {
    modelName: model,
    modelVersion: options.version ?? "",
    id: options.id ?? "",
    parameters: {
      timeout: { parameterChoice: { $case: "int64Param", int64Param: BigInt(Math.max(1, Math.floor(options.deadlineMs * 1_000))) } },
    },
    inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: shape.map(BigInt), parameters: {}, contents: undefined })),
    outputs: (options.outputs ?? []).map((name) => ({ name, parameters: {} })),
    rawInputContents: inputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  };
}

function tensorsOf(response: ModelInferResponse): readonly Tensor[] {
  return response.outputs.map(({ name, datatype, shape }, index) => {
    const data = response.rawOutputContents[index];
    if (data === undefined || !isDatatype(datatype)) {
      throw new PayerHubError(
        "INTERNAL",
        `reading output "${name}" of model "${response.modelName}": it has no raw bytes, it must have some`,
      );
    }
    return { name, datatype, shape: shape.map(Number), data };
  });
}

function createByteLimit(maxBytes: number): <T>(bytes: number, work: () => Promise<T>) => Promise<T> {
  let inFlight = 0;
  return async (bytes, work) => {
    if (inFlight + bytes > maxBytes) {
      throw new PayerHubError(
        "RESOURCE_EXHAUSTED",
        `sending ${bytes} bytes to the model server: ${inFlight} are in flight, at most ${maxBytes} may be`,
      );
    }
    inFlight += bytes;
    try {
      return await work();
    } finally {
      inFlight -= bytes;
    }
  };
}
