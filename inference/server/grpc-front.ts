import { once } from "node:events";
import { createServer } from "node:http2";
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable, withDeadline } from "../../runtime/signals.ts";
import { GrpcExchange } from "./grpc-exchange.ts";
import type { ByteBudget, GrpcRoute } from "./grpc-exchange.ts";

/** Calls on one connection at once: bounds what a single client can make the server hold. */
const MAX_STREAMS = 1_024;
/** Connections at once; a mesh has tens of clients. */
const MAX_CONNECTIONS = 1_024;
/** Receive window of a call and of a connection, in bytes: with the protocol's 64 KiB a page tensor of 602 KB takes ten round trips. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
/** What Node may hold for one connection, in megabytes: its default of 10 is less than 20 page tensors. */
const SESSION_MEMORY_MB = 1_024;
/** Header lines of one call together, in bytes. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Bytes of requests that are on the way or unanswered, over all connections: unary calls have no backpressure of their own. */
const MAX_HELD_BYTES = 1024 * 1024 * 1024;

export interface GrpcFrontOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly maxMessageBytes: number;
  /** By path, for example `/inference.GRPCInferenceService/ModelInfer`. */
  readonly routes: ReadonlyMap<string, GrpcRoute>;
}

/** A bound gRPC server. */
export interface GrpcFront {
  readonly port: number;
  /** Takes no new calls and ends when those in flight have ended, at the latest when the deadline has passed. */
  close(deadlineMs: number): Promise<void>;
}

/**
 * Serves gRPC on Node's own HTTP/2: `@grpc/grpc-js` cannot raise a server's receive windows and copies every message twice.
 * UNAVAILABLE when the port is taken.
 */
export async function startGrpcFront(options: GrpcFrontOptions): Promise<GrpcFront> {
  const server = createServer({
    settings: {
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxConcurrentStreams: MAX_STREAMS,
      maxHeaderListSize: MAX_HEADER_BYTES,
      enablePush: false,
    },
    maxSessionMemory: SESSION_MEMORY_MB,
  });
  const sessions = new Set<ServerHttp2Session>();
  const exchanges = new Set<GrpcExchange>();
  const budget = createByteBudget(MAX_HELD_BYTES);
  server.maxConnections = MAX_CONNECTIONS;
  server.on("session", (session) => {
    sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => session.destroy());
  });
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const exchange = new GrpcExchange(stream, headers, { ...options, budget, ended: () => exchanges.delete(exchange) });
    exchanges.add(exchange);
    exchange.begin();
  });
  const port = await bind(server, options);
  return { port, close: async (deadlineMs) => await close({ server, sessions, exchanges }, deadlineMs) };
}

async function bind(server: Http2Server, { host, port }: GrpcFrontOptions): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new PayerHubError("UNAVAILABLE", `binding port "${host}:${port}": the system refused it, it must be free`, { cause });
  }
  server.on("error", () => {});
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

interface Parts {
  readonly server: Http2Server;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  readonly exchanges: ReadonlySet<GrpcExchange>;
}

async function close({ server, sessions, exchanges }: Parts, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of sessions) session.close();
  try {
    await abortable(closed, withDeadline(new AbortController().signal, deadlineMs), "draining the inference server");
  } catch {
    for (const exchange of exchanges) exchange.abort(new PayerHubError("UNAVAILABLE", "answering a call: the server has stopped"));
    for (const session of sessions) session.destroy();
    await closed;
  }
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
