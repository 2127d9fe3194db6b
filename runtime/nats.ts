import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { type Envelope, toHeaders } from "./envelope.ts";
import { PayerHubError } from "./error.ts";
import type { Logger } from "./log.ts";
import { abortable, withDeadline } from "./signals.ts";

/** Oldest broker that keeps acknowledged messages over silent link loss (edge sourcing, ADR-60). */
const MIN_SERVER = [2, 14] as const;
/** Longest wait for one broker answer, in milliseconds; a frozen stream must not hold a stage. */
const REQUEST_DEADLINE_MS = 5_000;
/** Pause between reconnection attempts, in milliseconds; the client never gives up. */
const RECONNECT_WAIT_MS = 250;
/** Longest drain at shutdown, in milliseconds. */
const DRAIN_DEADLINE_MS = 5_000;

export interface OutgoingEvent {
  readonly subject: string;
  readonly envelope: Envelope;
  readonly payload: Uint8Array;
  /** Overrides the event id as the broker's duplicate key; used when a lost event is published again on purpose. */
  readonly messageId?: string;
}

/** One connection to the broker, with the AbortSignal that the client lacks. */
export interface Bus {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Resolves when the stream has stored the event. Throws UNAVAILABLE when the broker does not confirm. */
  publish(event: OutgoingEvent, signal: AbortSignal): Promise<{ readonly duplicate: boolean }>;
  /** Core request/reply. Throws UNAVAILABLE when nobody answers. */
  request(subject: string, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  /** Drains subscriptions and closes. */
  stop(): Promise<void>;
}

export interface BusOptions {
  readonly url: string;
  readonly token?: string;
  /** Shown in the broker's monitoring. */
  readonly name: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Connects, refuses a broker that is too old, and keeps reconnecting until `stop`. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const connection = await connectWithSignal(options);
  try {
    assertServerVersion(connection.info?.version ?? "unknown");
    // `checkAPI` asks the account at once, which fails while JetStream still recovers; streams are provisioned right after.
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_DEADLINE_MS });
    return createBus(connection, manager, options.log);
  } catch (caught) {
    await connection.close();
    throw caught;
  }
}

async function connectWithSignal(options: BusOptions): Promise<NatsConnection> {
  const connecting = connect({
    servers: options.url,
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    timeout: REQUEST_DEADLINE_MS,
    inboxPrefix: `_INBOX_${options.name.replace(/[^A-Za-z0-9]/g, "_")}`,
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  // A connection that arrives after the caller went away must not stay open.
  const closeLate = () => void connecting.then(async (late) => await late.close()).catch(() => {});
  try {
    return await abortable(connecting, withDeadline(options.signal, REQUEST_DEADLINE_MS), "connecting to the broker");
  } catch (caught) {
    closeLate();
    throw new PayerHubError("UNAVAILABLE", `connecting to the broker "${options.name}": it does not answer, it must be running`, {
      cause: caught,
    });
  }
}

/** Exported for tests. Throws FAILED_PRECONDITION for a version below the minimum. */
export function assertServerVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const isOld = major < MIN_SERVER[0] || (major === MIN_SERVER[0] && minor < MIN_SERVER[1]);
  if (isOld || Number.isNaN(major)) {
    throw new PayerHubError(
      "FAILED_PRECONDITION",
      `connecting to nats-server "${version}": it is too old, it must be ${MIN_SERVER.join(".")} or newer`,
    );
  }
}

function createBus(connection: NatsConnection, manager: JetStreamManager, log: Logger): Bus {
  const client = jetstream(connection, { timeout: REQUEST_DEADLINE_MS });
  void watchStatus(connection, log);
  return {
    connection,
    jetstream: client,
    manager,
    publish: async ({ subject, envelope, payload, messageId }, signal) => {
      try {
        const sent = client.publish(subject, payload, { headers: toHeaders(envelope, messageId), timeout: REQUEST_DEADLINE_MS });
        return { duplicate: (await abortable(sent, signal, `publishing to "${subject}"`)).duplicate };
      } catch (caught) {
        throw outage(`publishing to "${subject}"`, caught);
      }
    },
    request: async (subject, payload, signal) => {
      try {
        const asked = connection.request(subject, payload, { timeout: REQUEST_DEADLINE_MS });
        const reply = await abortable(asked, signal, `asking "${subject}"`);
        return reply.data;
      } catch (caught) {
        throw outage(`asking "${subject}"`, caught);
      }
    },
    stop: async () => {
      if (connection.isClosed()) return;
      try {
        await abortable(connection.drain(), AbortSignal.timeout(DRAIN_DEADLINE_MS), "draining the broker connection");
      } catch {
        // A broker that is gone cannot be drained; closing is all that is left, and unacknowledged messages come again.
        await connection.close();
      }
    },
  };
}

/** Whatever the client reports on a broker call is an outage: nothing was refused, it may work later. */
function outage(attempted: string, caught: unknown): PayerHubError {
  if (caught instanceof PayerHubError) return caught;
  return new PayerHubError("UNAVAILABLE", `${attempted}: the broker did not confirm, it must be reachable`, { cause: caught });
}

async function watchStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect" || status.type === "reconnect" || status.type === "error") {
      log.info(`broker.${status.type}`, { component: "nats" });
    }
  }
}
