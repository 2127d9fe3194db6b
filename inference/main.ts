import { once } from "node:events";
import { createLogger, originOf } from "../runtime/log.ts";
import { inferenceConfigFrom } from "./config.ts";
import { startInference } from "./start.ts";

// The embedded model server as a process of its own; ends on SIGINT or SIGTERM after its calls have ended.
const config = inferenceConfigFrom();
const log = createLogger({ level: config.logLevel });
const controller = new AbortController();
const asked = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
try {
  const server = await startInference(config, { log }, controller.signal);
  await asked;
  await server.stop();
} catch (error) {
  log.error("inference.failed", { origin: originOf(error) });
  process.exitCode = 1;
}
