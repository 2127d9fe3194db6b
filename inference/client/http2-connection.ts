import { once } from "node:events";
import { connect } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { connect as connectSocket } from "node:net";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable } from "../../runtime/signals.ts";
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
  readonly world: World;
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

/** A connection without TLS, as Triton's gRPC front has by default. */
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
      throw new PayerHubError("UNAVAILABLE", `${attempted}: it cannot be reached, it must listen`, {
        cause: lostConnection(String(cause)),
      });
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

async function openSession({ endpoint, windowBytes }: Http2ConnectionOptions): Promise<ClientHttp2Session> {
  const url = new URL(`http://${endpoint}`);
  const session = connect(url, {
    createConnection: () =>
      connectSocket({ host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port), noDelay: true, keepAlive: true }),
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
  session.setLocalWindowSize(Math.min(LARGEST_WINDOW_BYTES, windowBytes * WINDOWS_PER_CONNECTION));
  return session;
}

function ping(session: ClientHttp2Session, answered: () => void): void {
  const timer = setTimeout(() => session.destroy(), PING_DEADLINE_MS);
  const sent = session.ping((error) => {
    clearTimeout(timer);
    if (error === null) answered();
  });
  if (!sent) clearTimeout(timer);
}
