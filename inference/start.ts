import type { Logger } from "../runtime/log.ts";
import { systemWorld } from "../runtime/world.ts";
import type { World } from "../runtime/world.ts";
import type { InferenceConfig } from "./config.ts";
import { startInferenceServer } from "./server/server.ts";

export interface InferenceHandle {
  readonly port: number;
  /** `host:port` that a client of this machine connects to. */
  readonly endpoint: string;
  /** `host:port` of HTTP and metrics; undefined when HTTP is left out. */
  readonly httpEndpoint: string | undefined;
  /** Resolves when the models are loaded and the port is bound. */
  readonly ready: Promise<void>;
  /** Drains and closes; idempotent. */
  stop(): Promise<void>;
}

/** Composition root of the embedded model server. `config` is `inferenceConfigSchema.parse({ … })` or `inferenceConfigFrom(env)`. */
export async function startInference(
  config: InferenceConfig,
  deps: { readonly log: Logger; readonly world?: World },
  signal: AbortSignal,
): Promise<InferenceHandle> {
  const { logLevel: _, ...serverConfig } = config;
  const server = await startInferenceServer(serverConfig, { log: deps.log, world: deps.world ?? systemWorld() }, signal);
  const { port, httpPort } = server;
  return {
    port,
    endpoint: `${config.host}:${port}`,
    httpEndpoint: httpPort === undefined ? undefined : `${config.host}:${httpPort}`,
    ready: Promise.resolve(),
    stop: async () => await server.stop(),
  };
}
