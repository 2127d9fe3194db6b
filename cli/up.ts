import { join } from "node:path";
import { edgeConfig } from "../edge/config.ts";
import type { InboxListener } from "../edge/inbox.ts";
import { createNatsPublisher, createNatsStatusQuery } from "../edge/nats-publisher.ts";
import { type Edge, startEdge } from "../edge/start.ts";
import { inferenceConfigSchema } from "../inference/config.ts";
import { startInference } from "../inference/start.ts";
import { STAGE_NAMES } from "../mesh/pipeline.ts";
import { type Mesh, startMesh } from "../mesh/start.ts";
import { createLifetime, type Lifetime } from "../runtime/lifetime.ts";
import type { Logger } from "../runtime/log.ts";
import { connectBus } from "../runtime/nats.ts";
import { startNatsServer } from "../runtime/nats-server.ts";
import { systemWorld, type World } from "../runtime/world.ts";
import type { UpConfig } from "./config.ts";
import { loadOrCreateDemoClient } from "./demo-client.ts";
import { removeRunFile, writeRunFile } from "./run-file.ts";

/** Embedded defaults of the reconciler, in milliseconds: one machine, so what stands still for five minutes is stuck. */
const RECONCILE = { everyMs: 30_000, staleMs: 300_000 } as const;
/** A file in the inbox counts as finished when it was left alone for so long, in milliseconds. */
const INBOX = { pollMs: 2_000, settleMs: 500 } as const;

export interface UpDeps {
  readonly log: Logger;
  readonly inboxListener?: InboxListener;
  /** Told what is being started, for people who wait. */
  readonly onStarting?: (what: string) => void;
}

/** The whole product in one process: broker, model server, mesh, gateway, as far as no address of a real one is configured. */
export interface Up {
  readonly edge: Edge;
  readonly mesh: Mesh;
  readonly tenant: string;
  /** `nats://…` of the broker in use and its token, for subscribers. */
  readonly nats: { readonly url: string; readonly token: string };
  /** File with the client id and secret that a program on this machine logs in with. */
  readonly credentialsPath: string;
  /** Reverse order of the start; runs once. */
  stop(): Promise<void>;
}

/** Starts everything in dependency order. What was started is stopped again when a later part fails. */
export async function startUp(config: UpConfig, deps: UpDeps, signal: AbortSignal): Promise<Up> {
  const lifetime = createLifetime({ log: deps.log });
  const say = deps.onStarting ?? (() => {});
  const world = systemWorld();
  try {
    say("message broker");
    const nats = await ensureBroker({ config, world, lifetime, deps }, signal);
    say("model server");
    const tritonEndpoint = await ensureModels({ config, world, lifetime, deps }, signal);
    say("mesh");
    const mesh = await startMesh(
      {
        natsUrl: nats.url,
        natsToken: nats.token,
        storeUrl: config.storeUrl,
        objectsUrl: config.objectsUrl,
        tritonEndpoint,
        inferenceClient: config.inferenceClient,
        home: config.home,
        stages: [...STAGE_NAMES],
        tenants: [config.tenant],
        hub: config.hub,
        ocrEngine: config.ocrEngine,
        ocrRecognizer: config.ocrRecognizer,
        textModels: config.textModels,
        modelRepository: config.modelRepository,
        tesseract: config.tesseract,
        readers: config.readers,
        reconcileEveryMs: RECONCILE.everyMs,
        staleMs: RECONCILE.staleMs,
        logLevel: config.logLevel,
      },
      { log: deps.log },
      signal,
    );
    lifetime.add("mesh", mesh);
    say("intake gateway");
    const edge = await startGateway({ config, world, lifetime, deps }, { mesh, nats }, signal);
    await writeRunFile(config.home, {
      pid: process.pid,
      natsUrl: nats.url,
      natsToken: nats.token,
      grpcPort: edge.grpcPort,
      httpPort: edge.httpPort,
    });
    lifetime.add("run-file", { stop: async () => await removeRunFile(config.home) });
    return { edge, mesh, tenant: config.tenant, nats, credentialsPath: credentialsPathOf(config), stop: async () => await lifetime.stop() };
  } catch (caught) {
    await lifetime.stop().catch(() => {});
    throw caught;
  }
}

interface Composition {
  readonly config: UpConfig;
  readonly world: World;
  readonly lifetime: Lifetime;
  readonly deps: UpDeps;
}

async function ensureBroker({ config, world, lifetime, deps }: Composition, signal: AbortSignal): Promise<Up["nats"]> {
  if (config.natsUrl !== undefined) return { url: config.natsUrl, token: config.natsToken };
  const folder = join(config.home, "nats");
  const server = await startNatsServer({ binary: config.natsServerBinary, folder, token: config.natsToken, log: deps.log, world, signal });
  lifetime.add("nats-server", server);
  return { url: server.url, token: server.token };
}

async function ensureModels({ config, world, lifetime, deps }: Composition, signal: AbortSignal): Promise<string> {
  if (config.tritonEndpoint !== undefined) return config.tritonEndpoint;
  const inference = await startInference(
    inferenceConfigSchema.parse({ repository: config.modelRepository, logLevel: config.logLevel }),
    { log: deps.log, world },
    signal,
  );
  lifetime.add("inference", inference);
  return inference.endpoint;
}

function credentialsPathOf(config: UpConfig): string {
  return join(config.home, "edge", "demo-client.json");
}

async function startGateway(
  { config, world, lifetime, deps }: Composition,
  { mesh, nats }: { readonly mesh: Mesh; readonly nats: Up["nats"] },
  signal: AbortSignal,
): Promise<Edge> {
  const bus = await connectBus({ url: nats.url, token: nats.token, name: "edge", log: deps.log, signal });
  lifetime.add("edge-bus", bus);
  const demo = await loadOrCreateDemoClient(credentialsPathOf(config), config.tenant, world);
  const edge = await startEdge(
    edgeConfig({
      grpcPort: config.grpcPort,
      httpPort: config.httpPort,
      folder: join(config.home, "edge"),
      clients: [demo.client],
      ...(config.inbox === undefined ? {} : { inbox: { folder: config.inbox, tenant: config.tenant, ...INBOX } }),
    }),
    {
      objects: mesh.rawObjects,
      seal: mesh.seal,
      world,
      log: deps.log,
      publisher: createNatsPublisher(bus),
      status: createNatsStatusQuery(bus),
      ...(deps.inboxListener === undefined ? {} : { inboxListener: deps.inboxListener }),
    },
    signal,
  );
  lifetime.add("edge", edge);
  return edge;
}
