import type { TlsIdentity } from "../../runtime/tls-identity.ts";
import type { World } from "../../runtime/world.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { startHttp2Server } from "../http2/server.ts";
import type { Http2Server } from "../http2/server.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { GrpcExchange } from "./grpc-exchange.ts";
import type { ByteBudget, GrpcRoute } from "./grpc-exchange.ts";

const MEBIBYTE = 1024 * 1024;
/** What each client is offered. */
const LIMITS = {
  /** Calls on one connection at once: bounds what a single client can make the server hold. */
  maxStreams: 1_024,
  /** With the protocol's window of 64 KiB a page tensor of 602 KB takes ten round trips. */
  streamWindowBytes: 4 * MEBIBYTE,
  connectionWindowBytes: 32 * MEBIBYTE,
  maxFrameBytes: MEBIBYTE,
  maxHeaderBytes: 16 * 1024,
  /** A mesh under overload cancels many calls at once; an attack does so all the time. */
  controlBurst: 10_000,
  controlPerSecond: 1_000,
} as const;
/** Connections at once; a mesh has tens of clients. */
const MAX_CONNECTIONS = 1_024;
/** Bytes of requests that are on the way or unanswered, over all connections: unary calls have no backpressure of their own. */
const MAX_HELD_BYTES = 1_024 * MEBIBYTE;

export interface GrpcFrontOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly maxMessageBytes: number;
  /** By path, for example `/inference.GRPCInferenceService/ModelInfer`. */
  readonly routes: ReadonlyMap<string, GrpcRoute>;
  readonly world: World;
  readonly pool: BufferPool;
  /** Speak TLS; absent speaks plainly. */
  readonly tls?: TlsIdentity | undefined;
}

/**
 * Serves gRPC on the HTTP/2 server of this folder's neighbor: `@grpc/grpc-js` cannot raise a server's receive windows and
 * copies every message twice. UNAVAILABLE when the port is taken.
 */
export async function startGrpcFront(options: GrpcFrontOptions): Promise<Http2Server> {
  const exchanges = new Set<GrpcExchange>();
  const budget = createByteBudget(MAX_HELD_BYTES);
  const { host, port, maxMessageBytes, routes, world, pool, tls } = options;
  const server = await startHttp2Server({
    host,
    port,
    tls,
    maxConnections: MAX_CONNECTIONS,
    limits: LIMITS,
    monotonicMs: () => world.monotonicMs(),
    onStream: (stream) => {
      const exchange = new GrpcExchange(stream, { routes, maxMessageBytes, budget, pool, ended: () => exchanges.delete(exchange) });
      exchanges.add(exchange);
      exchange.begin();
    },
  });
  return {
    port: server.port,
    close: async (deadlineMs) => {
      await server.close(deadlineMs);
      for (const exchange of exchanges) exchange.abort(new PayerHubError("UNAVAILABLE", "answering a call: the server has stopped"));
    },
  };
}

function createByteBudget(maxBytes: number): ByteBudget {
  let held = 0;
  return {
    take: (bytes) => {
      if (held + bytes > maxBytes) return false;
      held += bytes;
      return true;
    },
    give: (bytes) => {
      held -= bytes;
    },
  };
}
