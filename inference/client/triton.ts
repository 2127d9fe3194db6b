import { credentials } from "@grpc/grpc-js";
import { GRPCInferenceServiceClient } from "../../proto/inference/grpc_service.pb.ts";
import type { ModelInferRequest, ModelInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import { HealthClient } from "../../proto/inference/health.pb.ts";
import { systemWorld } from "../../runtime/world.ts";
import type { World } from "../../runtime/world.ts";
import type { Tensor } from "../tensor.ts";
import { encodeInferRequestPieces } from "../wire/infer-request.ts";
import type { EncodableInferRequest } from "../wire/infer-request.ts";
import { decodeInferResponse } from "../wire/infer-response.ts";
import { createByteLimit } from "./byte-limit.ts";
import type { CallOptions } from "./call-options.ts";
import { checkContract } from "./contract.ts";
import type { ModelContract } from "./contract.ts";
import type { ClientTls } from "./http2-connection.ts";
import { createAsk, createControlCalls } from "./control-calls.ts";
import type { ControlCalls } from "./control-calls.ts";
import { createInferChannel } from "./infer-channel.ts";
import type { InferChannel } from "./infer-channel.ts";
import { inferRequest, outputTensors } from "./infer-message.ts";
import type { InferOptions } from "./infer-message.ts";
import { createServerSettings } from "./server-settings.ts";
import type { ServerSettings } from "./server-settings.ts";
import { checkServerVersion } from "./server-version.ts";

/** Largest message either way, in bytes: a batch of 64 page tensors of 602 KB fits; grpc-js alone would stop at 4 MB. */
const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** HTTP/2 receive window per stream, in bytes: 64 KB, the default, halves the throughput of 602 KB tensors. */
const DEFAULT_WINDOW_BYTES = 4 * 1024 * 1024;
/** Longest that a call may take when the caller names no deadline, in milliseconds. */
const DEFAULT_DEADLINE_MS = 10_000;
/** Request bytes in flight at once. */
const DEFAULT_MAX_IN_FLIGHT_BYTES = 256 * 1024 * 1024;
/** One connection carries what one thread can send. */
const DEFAULT_CONNECTIONS = 1;
/** Triton 25.07, the first with the August 2025 fixes of unauthenticated code execution (CVE-2025-23319 and its kin). */
const MINIMUM_TRITON_VERSION = "2.59.0";
/** Tensors from this size on are sent from the caller's memory, in bytes: below, a copy costs less than a further write. */
const COPY_BELOW_BYTES = 16 * 1024;

export interface TritonClientOptions {
  /** `host:port` of the gRPC front. */
  readonly endpoint: string;
  readonly deadlineMs?: number;
  readonly windowBytes?: number;
  readonly maxMessageBytes?: number;
  readonly maxInFlightBytes?: number;
  /** HTTP/2 connections for inference. */
  readonly connections?: number;
  /** Oldest Triton that is accepted; "0" accepts all. */
  readonly minimumVersion?: string;
  /** gRPC metadata that goes with every call, for example `triton-grpc-protocol-<key>`: lower-case names. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Speak TLS; absent speaks plainly. */
  readonly tls?: ClientTls;
  readonly world?: World;
}

/**
 * Where models are run: one server, or a set of pods. Calls reject with PayerHubError: RESOURCE_EXHAUSTED for overload,
 * UNAVAILABLE for outage, DEADLINE_EXCEEDED, CANCELLED, else what the server answered.
 */
export interface InferenceClient {
  /**
   * Outputs in the server's order. Large inputs are sent from the caller's memory, which must not change until the call has
   * ended; outputs are views on the received message.
   */
  infer(model: string, inputs: readonly Tensor[], options: InferOptions): Promise<readonly Tensor[]>;
  /** Checks the server's version and the signature of every model; FAILED_PRECONDITION names what differs. */
  verify(contracts: readonly ModelContract[], options: CallOptions): Promise<void>;
}

/** One model server over Triton's gRPC protocol. Nothing is retried here. */
export interface TritonClient extends InferenceClient, ControlCalls, ServerSettings {
  /** The bare call, for protocol tests and messages that `infer` cannot say. */
  inferMessage(request: ModelInferRequest, options: CallOptions): Promise<ModelInferResponse>;
  /** Calls in flight may end; later ones fail. */
  close(): void;
}

/** Connects lazily: the first call opens the connection, so the server may start later than its clients. */
export function createTritonClient(options: TritonClientOptions): TritonClient {
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const metadata = options.metadata ?? {};
  const stubs = openStubs(options);
  const channel = openChannel(options, metadata);
  const control = createControlCalls({ ...stubs, metadata, deadlineMs });
  const send = createSend(channel, deadlineMs);
  const limit = createByteLimit(options.maxInFlightBytes ?? DEFAULT_MAX_IN_FLIGHT_BYTES);
  return {
    ...control,
    ...createServerSettings(stubs.service, createAsk({ metadata, deadlineMs })),
    infer: async (model, inputs, call) => {
      let bytes = 0;
      for (const { data } of inputs) bytes += data.byteLength;
      const request = inferRequest(model, inputs, { ...call, deadlineMs: call.deadlineMs ?? deadlineMs });
      return await limit(bytes, async () => outputTensors(await send(request, call)));
    },
    inferMessage: send,
    verify: async (contracts, call) => {
      checkServerVersion(await control.serverMetadata(call), options.minimumVersion ?? MINIMUM_TRITON_VERSION);
      for (const contract of contracts) {
        const named = contract.version === undefined ? call : { ...call, version: contract.version };
        checkContract(contract, await control.modelMetadata(contract.name, named));
      }
    },
    close: () => {
      channel.close();
      stubs.service.close();
      stubs.health.close();
    },
  };
}

function createSend(channel: InferChannel, deadlineMs: number) {
  return async (request: EncodableInferRequest, call: CallOptions): Promise<ModelInferResponse> => {
    const message = await channel.call({
      pieces: encodeInferRequestPieces(request, COPY_BELOW_BYTES),
      deadlineMs: call.deadlineMs ?? deadlineMs,
      metadata: call.metadata,
      signal: call.signal,
      attempted: `inferring with model "${request.modelName}"`,
    });
    return decodeInferResponse(message);
  };
}

function openChannel(options: TritonClientOptions, metadata: Readonly<Record<string, string>>): InferChannel {
  return createInferChannel({
    endpoint: options.endpoint,
    connections: options.connections ?? DEFAULT_CONNECTIONS,
    windowBytes: options.windowBytes ?? DEFAULT_WINDOW_BYTES,
    maxMessageBytes: options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
    metadata,
    tls: options.tls,
    world: options.world ?? systemWorld(),
  });
}

function openStubs(options: TritonClientOptions) {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
  const name = options.tls?.serverName;
  const channelOptions = {
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
    // A restarted server on this machine must be found again within a second, not after the default's two minutes.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
    ...(name === undefined ? {} : { "grpc.ssl_target_name_override": name, "grpc.default_authority": name }),
  };
  const { ca = null, key = null, cert = null } = options.tls ?? {};
  const trusted = options.tls === undefined ? credentials.createInsecure() : credentials.createSsl(ca, key, cert);
  return {
    service: new GRPCInferenceServiceClient(options.endpoint, trusted, channelOptions),
    health: new HealthClient(options.endpoint, trusted, channelOptions),
  };
}
