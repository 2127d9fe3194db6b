import { once } from "node:events";
import { connect } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { connect as connectSocket, isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable } from "../../runtime/signals.ts";
import type { TlsIdentity } from "../../runtime/tls-identity.ts";
import type { World } from "../../runtime/world.ts";
import { lostConnection } from "./call-status.ts";
import { callFailure } from "./failure.ts";

/** Longest that opening a connection may take, in milliseconds: a round trip, also to a busy machine. */
const CONNECT_DEADLINE_MS = 5_000;
/** First pause after a connection could not be opened, in milliseconds; it doubles up to the longest. */
const FIRST_BACKOFF_MS = 50;
/** A restarted server must be found again within a second. */
const LONGEST_BACKOFF_MS = 1_000;
/** Receive window of the connection in streams' windows: what is read is taken at once, so it only bounds a burst. */
const WINDOWS_PER_CONNECTION = 16;
const LARGEST_WINDOW_BYTES = 2 ** 31 - 1;
/** How long a suspect connection may take to answer a ping, in milliseconds. */
const PING_DEADLINE_MS = 2_000;

export interface Http2ConnectionOptions {
  /** `host:port`. */
  readonly endpoint: string;
  /** HTTP/2 receive window of a stream, in bytes. */
  readonly windowBytes: number;
  /** Speak TLS, with HTTP/2 by ALPN; absent speaks plainly. */
  readonly tls?: ClientTls | undefined;
  readonly world: World;
}

/** How a client speaks TLS. */
export interface ClientTls extends TlsIdentity {
  /** The name that the server's certificate must have; absent: the endpoint's host. */
  readonly serverName?: string;
}

/** One HTTP/2 connection that is opened by the first call and again by the first call after it was lost. */
export interface Http2Connection {
  /** The open session, if there is one that takes calls. */
  readonly current: ClientHttp2Session | undefined;
  /** Opens a session, or fails at once with UNAVAILABLE while the pause after a failed attempt lasts. */
  open(signal: AbortSignal): Promise<ClientHttp2Session>;
  /** Closes a session that answers no ping: a machine that vanished leaves connections that look whole. */
  suspect(session: ClientHttp2Session): void;
  /** Refuses new calls and closes when those in flight have ended. */
  close(): void;
}

/** A connection to one server, plain as Triton's gRPC front has it by default, or over TLS. */
export function createHttp2Connection(options: Http2ConnectionOptions): Http2Connection {
  const { world } = options;
  let current: ClientHttp2Session | undefined;
  let opening: Promise<ClientHttp2Session> | undefined;
  let failures = 0;
  let pausedUntilMs = 0;
  let closed = false;
  const suspects = new WeakSet<ClientHttp2Session>();
  const attempted = `connecting to the model server "${options.endpoint}"`;
  const adopt = (session: ClientHttp2Session) => {
    const retire = () => {
      if (current === session) current = undefined;
    };
    // A server that goes away lets calls in flight end; later ones need another connection.
    session.once("goaway", retire);
    session.once("close", retire);
    failures = 0;
    current = session;
    if (closed) session.close();
    return session;
  };
  const start = async () => {
    try {
      return adopt(await openSession(options));
    } catch (cause) {
      const pauseMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
      failures += 1;
      // Clients that lost the same server must not come back in step.
      pausedUntilMs = world.monotonicMs() + pauseMs * (0.5 + world.random() / 2);
      throw new PayerHubError("UNAVAILABLE", `${attempted}: ${reasonOf(cause)}`, { cause: lostConnection(String(cause)) });
    } finally {
      opening = undefined;
    }
  };
  return {
    get current() {
      return current;
    },
    open: async (signal) => {
      if (closed) throw new PayerHubError("FAILED_PRECONDITION", `${attempted}: the client is closed, it must be open`);
      if (opening === undefined && world.monotonicMs() < pausedUntilMs) {
        throw callFailure(lostConnection("the last attempt to connect failed a moment ago"), attempted, signal);
      }
      opening ??= start();
      return await abortable(opening, signal, attempted);
    },
    suspect: (session) => {
      if (session.destroyed || suspects.has(session)) return;
      suspects.add(session);
      ping(session, () => suspects.delete(session));
    },
    close: () => {
      closed = true;
      current?.close();
      current = undefined;
    },
  };
}

async function openSession({ endpoint, windowBytes, tls }: Http2ConnectionOptions): Promise<ClientHttp2Session> {
  // The scheme decides which event of the socket Node waits for, and no port may be one that a scheme leaves out.
  const session = connect(`${tls === undefined ? "http" : "https"}://${endpoint}`, {
    createConnection: () => openSocket(endpoint, tls),
    settings: { initialWindowSize: windowBytes, enablePush: false },
    // The caps on bytes in flight and on a message bound what is held.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  });
  // Every failure also closes the streams, which tell their calls.
  session.on("error", () => {});
  try {
    await once(session, "connect", { signal: AbortSignal.timeout(CONNECT_DEADLINE_MS) });
  } catch (error) {
    session.destroy();
    throw error;
  }
  if (tls !== undefined && session.alpnProtocol !== "h2") {
    session.destroy();
    throw new TlsRefusal("its TLS has no HTTP/2, it must offer h2");
  }
  session.setLocalWindowSize(Math.min(LARGEST_WINDOW_BYTES, windowBytes * WINDOWS_PER_CONNECTION));
  return session;
}

function openSocket(endpoint: string, tls: ClientTls | undefined): Socket {
  const at = endpoint.lastIndexOf(":");
  const host = endpoint.slice(0, at).replace(/^\[|\]$/g, "");
  const target = { host, port: Number(endpoint.slice(at + 1)), noDelay: true, keepAlive: true };
  if (tls === undefined) return connectSocket(target);
  const { serverName = host, ...identity } = tls;
  // An address has no place in the server name that is sent, but the certificate is checked for it all the same.
  const named = isIP(serverName) === 0 ? { servername: serverName } : {};
  return connectTls({ ...target, ...identity, ...named, ALPNProtocols: ["h2"], minVersion: "TLSv1.2", rejectUnauthorized: true });
}

/** The server speaks TLS otherwise than it must. */
class TlsRefusal extends Error {}

/** Codes of OpenSSL and Node for a certificate that is not taken. */
const CERTIFICATE_CODE = /CERT|UNABLE_TO_|SELF_SIGNED|ISSUER|CRL/;

function reasonOf(cause: unknown): string {
  if (cause instanceof TlsRefusal) return cause.message;
  const code = String(Reflect.get(Object(cause), "code"));
  if (CERTIFICATE_CODE.test(code)) return `its certificate is refused with ${code}, it must come from a known authority and have the name`;
  return code.startsWith("ERR_SSL") ? `TLS failed with ${code}, both sides must speak it` : "it cannot be reached, it must listen";
}

function ping(session: ClientHttp2Session, answered: () => void): void {
  const timer = setTimeout(() => session.destroy(), PING_DEADLINE_MS);
  const sent = session.ping((error) => {
    clearTimeout(timer);
    if (error === null) answered();
  });
  if (!sent) clearTimeout(timer);
}
