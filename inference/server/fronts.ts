import type { TlsIdentity } from "../../runtime/tls-identity.ts";
import type { World } from "../../runtime/world.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { GrpcRoute } from "./grpc-exchange.ts";
import { startGrpcFront } from "./grpc-front.ts";
import type { Models } from "./models.ts";
import { startRestFront } from "./rest-front.ts";
import type { InferenceService } from "./service.ts";

export interface FrontPorts {
  readonly host: string;
  readonly port: number;
  readonly httpPort?: number | undefined;
  readonly maxMessageBytes: number;
  /** For gRPC; HTTP is plain. */
  readonly tls?: TlsIdentity | undefined;
}

export interface FrontParts {
  readonly routes: ReadonlyMap<string, GrpcRoute>;
  readonly service: InferenceService;
  readonly models: Models;
  readonly world: World;
  readonly pool: BufferPool;
  readonly signal: AbortSignal;
}

/** The bound ports of a server. */
export interface Fronts {
  readonly port: number;
  readonly httpPort: number | undefined;
  /** Takes no new calls and ends when those in flight have ended, at the latest when the deadline has passed. */
  close(deadlineMs: number): Promise<void>;
}

/** Binds gRPC and, where a port for it is given, HTTP; neither when one is taken. */
export async function startFronts({ host, port, httpPort, maxMessageBytes, tls }: FrontPorts, parts: FrontParts): Promise<Fronts> {
  const { routes, service, models, world, pool, signal } = parts;
  const grpc = await startGrpcFront({ host, port, maxMessageBytes, routes, world, pool, tls });
  if (httpPort === undefined) return { port: grpc.port, httpPort: undefined, close: async (deadlineMs) => await grpc.close(deadlineMs) };
  try {
    const rest = await startRestFront({ host, port: httpPort, maxMessageBytes, service, models, signal });
    return {
      port: grpc.port,
      httpPort: rest.port,
      close: async (deadlineMs) => {
        await Promise.all([grpc.close(deadlineMs), rest.close()]);
      },
    };
  } catch (error) {
    await grpc.close(0);
    throw error;
  }
}
