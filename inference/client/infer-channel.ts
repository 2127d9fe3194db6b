import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import { createHttp2Connection } from "./http2-connection.ts";
import type { ClientTls } from "./http2-connection.ts";
import { http2Unary } from "./http2-unary.ts";

const PATH = "/inference.GRPCInferenceService/ModelInfer";

export interface InferChannelOptions {
  /** `host:port`. */
  readonly endpoint: string;
  /** Connections, at least 1. */
  readonly connections: number;
  readonly windowBytes: number;
  readonly maxMessageBytes: number;
  /** gRPC metadata that goes with every call: lower-case names. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tls?: ClientTls | undefined;
  readonly world: World;
}

export interface InferChannelCall {
  /** Pieces of the request's gRPC frame. */
  readonly pieces: readonly Uint8Array[];
  readonly deadlineMs: number;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
  readonly attempted: string;
}

/** ModelInfer over our own HTTP/2 connections: the one call whose cost counts. */
export interface InferChannel {
  /** The response's message without its frame. Rejects as `http2Unary` and `Http2Connection.open` tell. */
  call(call: InferChannelCall): Promise<Buffer>;
  close(): void;
}

/** Opens its connections with the first calls; each call takes the connection with the fewest in flight. */
export function createInferChannel(options: InferChannelOptions): InferChannel {
  const lanes = Array.from({ length: options.connections }, () => ({ connection: createHttp2Connection(options), inFlight: 0 }));
  const [scheme, authority] =
    options.tls === undefined ? ["http", options.endpoint] : ["https", options.tls.serverName ?? options.endpoint];
  const pseudo = { ":method": "POST", ":scheme": scheme, ":authority": authority, ":path": PATH };
  const regular = { te: "trailers", "content-type": "application/grpc", "user-agent": "payerhub-inference", ...options.metadata };
  const headers = flat({ ...pseudo, ...regular });
  return {
    call: async (call) => {
      const { attempted, signal, pieces } = call;
      if (call.deadlineMs <= 0) throw new PayerHubError("DEADLINE_EXCEEDED", `${attempted}: the deadline passed before it began`);
      const lane = lanes.reduce((best, next) => (next.inFlight < best.inFlight ? next : best));
      const began = options.world.monotonicMs();
      lane.inFlight += 1;
      try {
        const session =
          lane.connection.current ??
          (await lane.connection.open(AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(call.deadlineMs))])));
        return await http2Unary(session, {
          pieces,
          headers: call.metadata === undefined ? headers : [...headers, ...flat(call.metadata)],
          deadlineMs: Math.max(1, call.deadlineMs - (options.world.monotonicMs() - began)),
          maxMessageBytes: options.maxMessageBytes,
          signal,
          attempted,
          onSilence: lane.connection.suspect,
        });
      } finally {
        lane.inFlight -= 1;
      }
    },
    close: () => {
      for (const { connection } of lanes) connection.close();
    },
  };
}

function flat(metadata: Readonly<Record<string, string>>): string[] {
  return Object.entries(metadata).flat();
}
