import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { GRPCInferenceServiceService } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Logger } from "../../runtime/log.ts";
import { raiseReceiveWindows } from "../../runtime/grpc-windows.ts";
import { abortable, withDeadline } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import { createHandlers } from "./handlers.ts";
import { openModels } from "./models.ts";

/** Longest that calls in flight may take to end when the server stops, in milliseconds. */
const DRAIN_DEADLINE_MS = 8_000;
/** Calls on one connection at once: bounds what a single client can make the server hold. */
const MAX_STREAMS = 1_024;

export interface InferenceServerConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Folder laid out as a Triton model repository. */
  readonly repository: string;
  readonly maxMessageBytes: number;
  /** Accept what Triton accepts beyond the protocol: surplus raw buffers, BYTES lengths beyond the data. */
  readonly lenient: boolean;
  /** Version that ServerMetadata tells. */
  readonly version: string;
}

export interface InferenceServer {
  readonly port: number;
  /** Refuses new calls, ends after those in flight, then closes the sessions. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Serves a model repository over Triton's gRPC protocol with ONNX Runtime in worker threads. Resolves when every model is
 * loaded and the port is bound; rejects when a model is wrong (INVALID_ARGUMENT, NOT_FOUND) or the port is taken (UNAVAILABLE).
 */
export async function startInferenceServer(
  config: InferenceServerConfig,
  deps: { readonly log: Logger; readonly world: World },
  signal: AbortSignal,
): Promise<InferenceServer> {
  const lifetime = new AbortController();
  const models = await openModels(
    { repository: config.repository, strictness: { lenient: config.lenient }, ...deps },
    AbortSignal.any([signal, lifetime.signal]),
  );
  const server = new Server({
    "grpc.max_receive_message_length": config.maxMessageBytes,
    "grpc.max_send_message_length": config.maxMessageBytes,
    "grpc.max_concurrent_streams": MAX_STREAMS,
  });
  let ready = true;
  const identity = { name: "payerhub-embedded", version: config.version };
  server.addService(
    GRPCInferenceServiceService,
    createHandlers({ models, identity, log: deps.log, signal: lifetime.signal, ready: () => ready }),
  );
  const health = new HealthImplementation({ "": "SERVING", "inference.GRPCInferenceService": "SERVING" });
  health.addToServer(server);
  const port = await bind(server, config).catch(async (error: unknown) => {
    await models.close();
    throw error;
  });
  // A page tensor is 600 KB: with the protocol's 64 KiB window it would take ten round trips.
  if (!raiseReceiveWindows(server)) deps.log.warn("inference.windows_not_raised", { port });
  deps.log.info("inference.serving", { host: config.host, port, count: models.loaded().length });
  const stop = async () => {
    ready = false;
    for (const service of ["", "inference.GRPCInferenceService"]) health.setStatus(service, "NOT_SERVING");
    await drain(server);
    lifetime.abort(new PayerHubError("UNAVAILABLE", "answering a call: the server has stopped"));
    await models.close();
    deps.log.info("inference.stopped", { port });
  };
  let stopping: Promise<void> | undefined;
  return {
    port,
    stop: async () => {
      stopping ??= stop();
      await stopping;
    },
  };
}

async function bind(server: Server, config: InferenceServerConfig): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.bindAsync(`${config.host}:${config.port}`, ServerCredentials.createInsecure(), (cause, port) => {
      if (cause === null) resolve(port);
      else reject(new PayerHubError("UNAVAILABLE", `binding port "${config.port}": the system refused it, it must be free`, { cause }));
    });
  });
}

async function drain(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  try {
    await abortable(ended, withDeadline(new AbortController().signal, DRAIN_DEADLINE_MS), "draining the inference server");
  } catch {
    server.forceShutdown();
  }
}
