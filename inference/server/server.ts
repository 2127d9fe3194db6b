import { PayerHubError } from "../../runtime/error.ts";
import type { Logger } from "../../runtime/log.ts";
import { readTlsIdentity } from "../../runtime/tls-identity.ts";
import type { TlsFiles } from "../../runtime/tls-identity.ts";
import type { World } from "../../runtime/world.ts";
import { createBufferPool } from "./buffer-pool.ts";
import { startFronts } from "./fronts.ts";
import { grpcRoutes } from "./grpc-routes.ts";
import { createHealthBoard } from "./health.ts";
import { openModels } from "./models.ts";
import { createService } from "./service.ts";
import { createSettings } from "./settings.ts";

/** Longest that calls in flight may take to end when the server stops, in milliseconds. */
const DRAIN_DEADLINE_MS = 8_000;

export interface InferenceServerConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Port of HTTP and metrics; 0 lets the system choose, undefined leaves HTTP out. */
  readonly httpPort?: number | undefined;
  /** Folder laid out as a Triton model repository. */
  readonly repository: string;
  /** Models that are loaded at the start; undefined loads all. */
  readonly models?: readonly string[] | undefined;
  readonly maxMessageBytes: number;
  /** The gRPC front speaks TLS; HTTP stays plain. */
  readonly tls?: TlsFiles | undefined;
  /** Refuse what Triton lets pass beyond the protocol: surplus raw buffers, BYTES lengths beyond the data. */
  readonly strict: boolean;
  /** Version that ServerMetadata tells. */
  readonly version: string;
}

export interface InferenceServer {
  readonly port: number;
  /** Undefined when HTTP is left out. */
  readonly httpPort: number | undefined;
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
  const { host, repository, strict, version } = config;
  const tls = config.tls === undefined ? undefined : readTlsIdentity(config.tls);
  const lifetime = new AbortController();
  const settings = createSettings(deps.log);
  const log = settings.logger;
  const pool = createBufferPool();
  const models = await openModels(
    { repository, models: config.models, strictness: { strict }, world: deps.world, log, pool },
    AbortSignal.any([signal, lifetime.signal]),
  );
  let ready = true;
  const health = createHealthBoard();
  const service = createService({ models, identity: { name: "payerhub-embedded", version }, settings, ready: () => ready });
  const routes = grpcRoutes({ service, models, health });
  const front = await startFronts({ ...config, tls }, { routes, service, models, world: deps.world, pool, signal: lifetime.signal }).catch(
    async (error: unknown) => {
      await models.close();
      throw error;
    },
  );
  const { port, httpPort } = front;
  log.info("inference.serving", { host, port, count: models.loaded().length });
  if (httpPort !== undefined) log.info("inference.serving_http", { host, port: httpPort });
  const stop = async () => {
    ready = false;
    health.stopServing();
    health.close();
    await front.close(DRAIN_DEADLINE_MS);
    lifetime.abort(new PayerHubError("UNAVAILABLE", "answering a call: the server has stopped"));
    await models.close();
    log.info("inference.stopped", { port });
  };
  let stopping: Promise<void> | undefined;
  return {
    port,
    httpPort,
    stop: async () => {
      stopping ??= stop();
      await stopping;
    },
  };
}
