import { once } from "node:events";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable, withDeadline } from "../../runtime/signals.ts";
import type { ConnectionOptions } from "./server-connection.ts";
import { ServerConnection } from "./server-connection.ts";
import { readingInto } from "./reading-socket.ts";

/** A connection that does not begin to speak HTTP/2 within this is closed, in milliseconds. */
const GREETING_DEADLINE_MS = 10_000;
/** What one read from a socket takes at most, in bytes. */
const READ_BYTES = 256 * 1024;
/** Pause before the system asks whether a silent client still lives, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

export interface Http2ServerOptions extends ConnectionOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly maxConnections: number;
}

/** A bound server. */
export interface Http2Server {
  readonly port: number;
  /** Takes no new calls and ends after those in flight; when the deadline passes first, without them. */
  close(deadlineMs: number): Promise<void>;
}

/**
 * An HTTP/2 server with prior knowledge on plain sockets. Node's own makes four objects and a dozen events of each call and
 * each frame of a large body; here a body's pieces go from the socket to the handler, and an answer's pieces back, as they are.
 * UNAVAILABLE when the port is taken.
 */
export async function startHttp2Server(options: Http2ServerOptions): Promise<Http2Server> {
  const connections = new Set<ServerConnection>();
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const server = createServer({ pauseOnConnect: true }, (accepted) => {
    const { socket, onBytes } = readingInto(readBuffer, accepted);
    attach(socket, { options, connections, onBytes });
  });
  server.maxConnections = options.maxConnections;
  const port = await bind(server, options);
  return { port, close: async (deadlineMs) => await close(server, connections, deadlineMs) };
}

interface Attachment {
  readonly options: Http2ServerOptions;
  readonly connections: Set<ServerConnection>;
  readonly onBytes: (take: (bytes: Buffer) => void) => void;
}

function attach(socket: Socket, { options, connections, onBytes }: Attachment): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const connection = new ServerConnection(socket, options);
  connections.add(connection);
  onBytes((bytes) => connection.receive(bytes));
  const greeting = setTimeout(() => {
    if (!connection.greeted) connection.destroy();
  }, GREETING_DEADLINE_MS);
  socket.on("close", () => {
    clearTimeout(greeting);
    connections.delete(connection);
  });
}

async function bind(server: Server, { host, port }: Http2ServerOptions): Promise<number> {
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

async function close(server: Server, connections: ReadonlySet<ServerConnection>, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const connection of connections) connection.close();
  try {
    await abortable(closed, withDeadline(new AbortController().signal, deadlineMs), "draining a server");
  } catch {
    for (const connection of connections) connection.destroy();
    await closed;
  }
}
