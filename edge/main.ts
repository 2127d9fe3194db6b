import { once } from "node:events";
import { openEmbeddedSeal } from "../runtime/embedded-seal.ts";
import { createLifetime } from "../runtime/lifetime.ts";
import { createLogger, originOf } from "../runtime/log.ts";
import { connectBus } from "../runtime/nats.ts";
import { openObjects } from "../runtime/objects/open.ts";
import { systemWorld } from "../runtime/world.ts";
import { edgeConfigFrom } from "./config.ts";
import { createNatsPublisher, createNatsStatusQuery } from "./nats-publisher.ts";
import { startEdge } from "./start.ts";

// The intake gateway as a process of its own; drains and ends on SIGINT or SIGTERM.
const config = edgeConfigFrom();
const log = createLogger({ level: config.logLevel });
const world = systemWorld();
const lifetime = createLifetime({ log });
const asked = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
try {
  const signal = lifetime.signal;
  const objects = await openObjects(config.objectsUrl, { world });
  lifetime.add("objects", { stop: async () => await objects.close() });
  const token = config.natsToken === undefined ? {} : { token: config.natsToken };
  const bus = await connectBus({ url: config.natsUrl, ...token, name: "edge", log, signal });
  lifetime.add("bus", bus);
  const seal = await openEmbeddedSeal(config.home, world);
  const deps = { objects, seal, world, log, publisher: createNatsPublisher(bus), status: createNatsStatusQuery(bus) };
  // Not stopped by the lifetime's signal but as its part, so that it drains before the bus goes.
  lifetime.add("edge", await startEdge(config.edge, deps, new AbortController().signal));
  await asked;
} catch (error) {
  log.error("edge.failed", { origin: originOf(error) });
  process.exitCode = 1;
} finally {
  await lifetime.stop();
}
