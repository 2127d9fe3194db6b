import type { Logger } from "../runtime/log.ts";
import { systemWorld } from "../runtime/world.ts";
import type { World } from "../runtime/world.ts";
import type { InferenceConfig } from "./config.ts";
import { startInferenceServer } from "./server/server.ts";

export interface InferenceHandle {
  readonly port: number;
  /** `host:port` that a client of this machine connects to. */
  readonly endpoint: string;
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
  return { port: server.port, endpoint: `${config.host}:${server.port}`, ready: Promise.resolve(), stop: async () => await server.stop() };
}
