import { once } from "node:events";
import { createLogger, originOf } from "../runtime/log.ts";
import { meshConfigFrom } from "./config.ts";
import { startMesh } from "./start.ts";

// The mesh, or the stages that MESH_STAGES names, as a process of its own; drains and ends on SIGINT or SIGTERM.
const config = meshConfigFrom();
const log = createLogger({ level: config.logLevel });
const stopping = new AbortController();
const asked = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
try {
  const mesh = await startMesh(config, { log }, stopping.signal);
  await asked;
  await mesh.stop();
} catch (error) {
  log.error("mesh.failed", { origin: originOf(error) });
  process.exitCode = 1;
}
