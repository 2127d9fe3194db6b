import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openAuditLog } from "../mesh/privacy/audit-log.ts";
import { createAuthorize } from "../mesh/privacy/authorize.ts";
import { maskField } from "../mesh/privacy/mask.ts";
import { createReviewDesk, type ReviewDesk } from "../mesh/review/desk.ts";
import { type DocumentRecord, documents } from "../mesh/store/documents.ts";
import { reviews } from "../mesh/store/reviews.ts";
import { openEmbeddedSeal } from "../runtime/embedded-seal.ts";
import { createLifetime } from "../runtime/lifetime.ts";
import { createLogger } from "../runtime/log.ts";
import { connectBus, type OutgoingEvent } from "../runtime/nats.ts";
import { openObjects } from "../runtime/objects/open.ts";
import { createSealedObjects } from "../runtime/objects/sealed.ts";
import { openStore } from "../runtime/store/open.ts";
import type { Collection } from "../runtime/store/store.ts";
import { systemWorld } from "../runtime/world.ts";
import type { UpConfig } from "./config.ts";
import { requireRunning } from "./run-file.ts";

/** How long a command waits for another one that writes the desk's audit log, in milliseconds. */
const AUDIT_LOCK_WAIT_MS = 5_000;

/** The review desk of a home folder, opened beside the running system. */
export interface OpenDesk extends AsyncDisposable {
  readonly desk: ReviewDesk;
  readonly documents: Collection<DocumentRecord>;
}

/**
 * Opens store, objects and an audit log of the desk's own: the running mesh holds the lock on its own. Verdicts are published to
 * the running system, so it must be there; looking needs it too, because every look is on record with it.
 */
export async function openDesk(config: UpConfig, signal: AbortSignal): Promise<OpenDesk> {
  const run = await requireRunning(config.home);
  const world = systemWorld();
  const log = createLogger({ level: config.logLevel });
  const lifetime = createLifetime({ log });
  try {
    const seal = await openEmbeddedSeal(config.home, world);
    const rawObjects = await openObjects(config.objectsUrl, { world });
    lifetime.add("objects", { stop: async () => await rawObjects.close() });
    const store = await openStore(config.storeUrl, { seal, signal });
    lifetime.add("store", { stop: async () => await store.close() });
    const folder = join(config.home, "audit");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const audit = await openAuditLog({ path: join(folder, "desk.log"), seal, world, signal, lockWaitMs: AUDIT_LOCK_WAIT_MS });
    lifetime.add("audit", { stop: async () => await audit.close() });
    const bus = await connectBus({ url: run.natsUrl, token: run.natsToken, name: "desk", log, signal });
    lifetime.add("bus", bus);
    const records = await store.collection(documents);
    const desk = createReviewDesk({
      reviews: await store.collection(reviews),
      documents: records,
      objects: createSealedObjects(rawObjects, seal),
      publish: async (event: OutgoingEvent, each) => await bus.publish(event, each),
      world,
      audit,
      authorize: createAuthorize({ tenant: config.tenant, roles: ["reviewer"] }),
      mask: maskField,
    });
    return { desk, documents: records, [Symbol.asyncDispose]: async () => await lifetime.stop() };
  } catch (caught) {
    await lifetime.stop().catch(() => {});
    throw caught;
  }
}
