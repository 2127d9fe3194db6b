import { once } from "node:events";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable, withDeadline } from "../../runtime/signals.ts";
import type { TlsIdentity } from "../../runtime/tls-identity.ts";
import type { ConnectionOptions } from "./server-connection.ts";
import { ServerConnection } from "./server-connection.ts";
import { plainly, readingInto } from "./reading-socket.ts";
import type { ReadingSocket } from "./reading-socket.ts";

/** A connection that does not begin to speak HTTP/2 within this is closed, in milliseconds. */
const GREETING_DEADLINE_MS = 10_000;
/** A connection whose TLS is not agreed on within this is closed, in milliseconds. */
const HANDSHAKE_DEADLINE_MS = 5_000;
/** What one read from a socket takes at most, in bytes. */
const READ_BYTES = 256 * 1024;
/** Pause before the system asks whether a silent client still lives, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

export interface Http2ServerOptions extends ConnectionOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly maxConnections: number;
  /** Speak TLS, HTTP/2 by ALPN; with authorities, clients must have a certificate of theirs. */
  readonly tls?: TlsIdentity | undefined;
}

/** A bound server. */
export interface Http2Server {
  readonly port: number;
  /** Takes no new calls and ends after those in flight; when the deadline passes first, without them. */
  close(deadlineMs: number): Promise<void>;
}

/**
 * An HTTP/2 server, with prior knowledge on plain sockets or over TLS. Node's own makes four objects and a dozen events of each call and
 * each frame of a large body; here a body's pieces go from the socket to the handler, and an answer's pieces back, as they are.
 * UNAVAILABLE when the port is taken.
 */
export async function startHttp2Server(options: Http2ServerOptions): Promise<Http2Server> {
  const connections = new Set<ServerConnection>();
  const sockets = new Set<Socket>();
  const take = ({ socket, onBytes }: ReadingSocket) => attach(socket, { options, connections, onBytes });
  const server = options.tls === undefined ? plainServer(take) : tlsServer(options.tls, { take, sockets });
  server.maxConnections = options.maxConnections;
  const port = await bind(server, options);
  return { port, close: async (deadlineMs) => await close(server, { connections, sockets }, deadlineMs) };
}

function plainServer(take: (accepted: ReadingSocket) => void): Server {
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  return createServer({ pauseOnConnect: true }, (accepted) => take(readingInto(readBuffer, accepted)));
}

interface TlsAcceptance {
  readonly take: (accepted: ReadingSocket) => void;
  /** Filled with the sockets that are open, greeted or not. */
  readonly sockets: Set<Socket>;
}

function tlsServer({ ca, ...own }: TlsIdentity, { take, sockets }: TlsAcceptance): Server {
  const asked = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  const settings = { ...own, ...asked, ALPNProtocols: ["h2"], minVersion: "TLSv1.2", handshakeTimeout: HANDSHAKE_DEADLINE_MS } as const;
  const server = createTlsServer(settings, (socket) => {
    // A client without ALPN passes Node's own check.
    if (socket.alpnProtocol === "h2") take(plainly(socket));
    else socket.destroy();
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return server;
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

interface Open {
  readonly connections: ReadonlySet<ServerConnection>;
  readonly sockets: ReadonlySet<Socket>;
}

async function close(server: Server, { connections, sockets }: Open, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const connection of connections) connection.close();
  try {
    await abortable(closed, withDeadline(new AbortController().signal, deadlineMs), "draining a server");
  } catch {
    for (const connection of connections) connection.destroy();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
}
