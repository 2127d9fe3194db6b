import { join } from "node:path";
import { PayerHubError } from "../runtime/error.ts";
import { createLifetime } from "../runtime/lifetime.ts";
import type { Logger } from "../runtime/log.ts";
import type { ObjectStore } from "../runtime/objects/objects.ts";
import type { Seal } from "../runtime/seal.ts";
import type { World } from "../runtime/world.ts";
import { createTokens, type Tokens } from "./auth.ts";
import { createClients } from "./clients.ts";
import type { EdgeConfig } from "./config.ts";
import { startGrpc } from "./grpc.ts";
import { startHttp } from "./http.ts";
import { type Inbox, type InboxListener, startInbox } from "./inbox.ts";
import { createIntake, type Intake } from "./intake.ts";
import type { PortParts } from "./port-parts.ts";
import type { EventPublisher, StatusQuery } from "./publisher.ts";
import { runRelay } from "./relay.ts";
import { loadSigningKeys } from "./signing-key.ts";
import { createSlots } from "./slots.ts";
import { openSpool, type Spool } from "./spool.ts";
import { openStaging } from "./staging.ts";
import { createStatusLookup } from "./status.ts";

/** Inbox files that may wait for an upload slot; the inbox itself submits two at a time. */
const MAX_WAITING_UPLOADS = 16;

/** Time beyond the drain limit that a port may take to close, in milliseconds. */
const CLOSE_MS = 5_000;

/** What the gateway works with and does not own. */
export interface EdgeDeps {
  readonly objects: ObjectStore;
  readonly seal: Seal;
  readonly world: World;
  readonly log: Logger;
  readonly publisher: EventPublisher;
  readonly status: StatusQuery;
  /** Told about every file of the inbox; used by the live view. */
  readonly inboxListener?: InboxListener;
}

/** The running gateway. */
export interface Edge {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly inbox: Inbox | undefined;
  /** Issues tokens to a program in the same process, without a secret. */
  readonly tokens: Tokens;
  /** Documents acknowledged but not yet confirmed by the mesh. */
  readonly spoolSize: () => number;
  readonly ready: () => boolean;
  /** Inbox, ports, relay, in this order; running uploads get the drain limit. Runs once however often it is called. */
  stop(): Promise<void>;
}

/**
 * Starts spool, relay, both ports and the inbox; when the signal aborts it stops by itself. What was started is stopped
 * again when a later part fails to start.
 */
export async function startEdge(config: EdgeConfig, deps: EdgeDeps, signal: AbortSignal): Promise<Edge> {
  const lifetime = createLifetime({ log: deps.log, partDeadlineMs: config.limits.drainMs + CLOSE_MS });
  try {
    const spool = await openSpool({ folder: join(config.folder, "spool"), maxEntries: config.limits.maxSpoolEntries, log: deps.log });
    const parts = await createParts(config, deps, spool);
    lifetime.add("relay", startRelay(config, deps, spool));
    const isReady = () => !lifetime.signal.aborted && spool.hasRoom;
    const clients = createClients(config.clients);
    const http = await startHttp({ ...parts, clients, isReady }, { host: config.host, port: config.httpPort });
    lifetime.add("http", http);
    const grpc = await startGrpc(parts, { host: config.host, port: config.grpcPort });
    // Both ports drain at the same time; stopping the HTTP port again afterwards has no effect.
    lifetime.add("ports", { stop: async () => void (await Promise.all([http.stop(), grpc.stop()])) });
    const inbox = await openInbox(config, deps, parts);
    if (inbox !== undefined) lifetime.add("inbox", inbox);
    const stop = async () => await lifetime.stop();
    stopOn(signal, stop, deps.log);
    deps.log.info("edge.started", { component: "edge", port: grpc.port, count: spool.size });
    return { grpcPort: grpc.port, httpPort: http.port, inbox, tokens: parts.tokens, spoolSize: () => spool.size, ready: isReady, stop };
  } catch (caught) {
    await lifetime.stop();
    throw caught;
  }
}

async function createParts(config: EdgeConfig, deps: EdgeDeps, spool: Spool): Promise<PortParts> {
  const { limits } = config;
  const { objects, seal, world, log } = deps;
  const staging = await openStaging({ folder: join(config.folder, "staging"), maxBytes: limits.maxBytes, seal, world });
  const intake: Intake = createIntake({ objects, seal, staging, spool, world, log });
  const keys = await loadSigningKeys(join(config.folder, "keys"));
  return {
    intake,
    lookup: createStatusLookup({ status: deps.status, intake }),
    tokens: createTokens(keys, config.tokens, world),
    uploads: createSlots(limits.maxUploads, MAX_WAITING_UPLOADS),
    limits,
    log,
  };
}

function startRelay(config: EdgeConfig, deps: EdgeDeps, spool: Spool): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const done = runRelay({ ...deps, spool, pace: config.relay }, stopping.signal);
  return {
    stop: async () => {
      stopping.abort(new PayerHubError("CANCELLED", "relaying documents: the gateway is stopping"));
      await done;
    },
  };
}

async function openInbox(config: EdgeConfig, deps: EdgeDeps, parts: PortParts): Promise<Inbox | undefined> {
  if (config.inbox === undefined) return undefined;
  const { seal, world, log, inboxListener } = deps;
  const { intake, uploads } = parts;
  const stateFolder = join(config.folder, "inbox");
  const listener = inboxListener === undefined ? {} : { listener: inboxListener };
  return await startInbox({ config: config.inbox, stateFolder, intake, uploads, seal, world, log, ...listener });
}

function stopOn(signal: AbortSignal, stop: () => Promise<void>, log: Logger): void {
  const onAbort = () => {
    stop().catch((caught: unknown) => {
      const { code } = PayerHubError.from(caught, { attempted: "stopping the gateway" });
      log.error("edge.stop_failed", { component: "edge", code });
    });
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
}
