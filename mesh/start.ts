import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createAnomalyScorer } from "../inference/client/anomaly.ts";
import { openInference } from "../inference/client/open-inference.ts";
import type { PayerHubError } from "../runtime/error.ts";
import { openEmbeddedSeal } from "../runtime/embedded-seal.ts";
import { createLifetime, type Lifetime } from "../runtime/lifetime.ts";
import { createLogger, type Logger } from "../runtime/log.ts";
import { type Bus, connectBus } from "../runtime/nats.ts";
import type { ObjectStore } from "../runtime/objects/objects.ts";
import { openObjects } from "../runtime/objects/open.ts";
import { createSealedObjects, type SealedObjects } from "../runtime/objects/sealed.ts";
import type { Seal } from "../runtime/seal.ts";
import { openStore } from "../runtime/store/open.ts";
import type { Collection, Store } from "../runtime/store/store.ts";
import { createTelemetry } from "../runtime/telemetry.ts";
import { systemWorld, type World } from "../runtime/world.ts";
import type { StepDeps } from "./advance.ts";
import type { MeshConfig } from "./config.ts";
import { createHubPublisher } from "./hub-publisher.ts";
import { openAuditLog } from "./privacy/audit-log.ts";
import { startReconciler } from "./reconcile.ts";
import { startStages } from "./stages.ts";
import { serveStatus } from "./status.ts";
import { type DocumentRecord, documents } from "./store/documents.ts";
import { provision } from "./streams.ts";

/** Versions before the August 2025 fixes are refused unless the server is our own, which tells another name. */
export interface MeshDeps {
  readonly log?: Logger;
  readonly world?: World;
  /** See StepDeps; absent outside the fault suite. */
  readonly probe?: StepDeps["probe"];
}

/** A running mesh and what programs in the same process may use of it. */
export interface Mesh {
  readonly bus: Bus;
  readonly store: Store;
  readonly documents: Collection<DocumentRecord>;
  readonly objects: SealedObjects;
  readonly rawObjects: ObjectStore;
  readonly seal: Seal;
  /** Stages first, then clients; runs once. */
  stop(): Promise<void>;
}

/** Composition root of the mesh: opens its clients, provisions the streams, runs the configured stages. */
export async function startMesh(config: MeshConfig, deps: MeshDeps, signal: AbortSignal): Promise<Mesh> {
  const log = deps.log ?? createLogger({ level: config.logLevel });
  const world = deps.world ?? systemWorld();
  const lifetime = createLifetime({ log });
  try {
    const clients = await openClients({ config, log, world, lifetime }, signal);
    const { bus, store, seal, objects } = clients;
    const telemetry = createTelemetry({ processors: [], readers: [] });
    lifetime.add("telemetry", telemetry);
    await provision(bus.manager, signal);
    const step: StepDeps = { bus, documents: clients.documents, objects, world, log, telemetry, probe: deps.probe ?? (() => {}) };
    const audit = await openAuditLog({ path: join(config.home, "audit", "audit.log"), seal, world, signal });
    lifetime.add("audit", { stop: async () => await audit.close() });
    const onFailure = ({ code }: PayerHubError) => log.warn("inference.endpoints_unknown", { code });
    const models = openInference(config.tritonEndpoint, { world, onFailure, config: config.inferenceClient, meter: telemetry.meter });
    lifetime.add("inference-client", { stop: async () => await Promise.resolve(models.close()) });
    await startStages(
      {
        config,
        store,
        seal,
        world,
        audit,
        scorer: createAnomalyScorer(models),
        inference: models,
        publisher: createHubPublisher(bus),
        lifetime,
      },
      step,
    );
    lifetime.add("status", await serveStatus({ bus, documents: clients.documents, log }));
    lifetime.add(
      "reconciler",
      startReconciler({ tenants: config.tenants, everyMs: config.reconcileEveryMs, staleMs: config.staleMs }, step),
    );
    log.info("mesh.started", { component: "mesh", count: config.stages.length });
    return { ...clients, stop: async () => await lifetime.stop() };
  } catch (caught) {
    await lifetime.stop().catch(() => {});
    throw caught;
  }
}

interface Opening {
  readonly config: MeshConfig;
  readonly log: Logger;
  readonly world: World;
  readonly lifetime: Lifetime;
}

async function openClients({ config, log, world, lifetime }: Opening, signal: AbortSignal): Promise<Omit<Mesh, "stop">> {
  await mkdir(join(config.home, "audit"), { recursive: true, mode: 0o700 });
  const seal = await openEmbeddedSeal(config.home, world);
  const rawObjects = await openObjects(config.objectsUrl, { world });
  lifetime.add("objects", { stop: async () => await rawObjects.close() });
  const store = await openStore(config.storeUrl, { seal, signal });
  lifetime.add("store", { stop: async () => await store.close() });
  const token = config.natsToken === undefined ? {} : { token: config.natsToken };
  const bus = await connectBus({ url: config.natsUrl, ...token, name: "mesh", log, signal });
  lifetime.add("bus", bus);
  return { bus, store, documents: await store.collection(documents), objects: createSealedObjects(rawObjects, seal), rawObjects, seal };
}
