import { after, before } from "node:test";
import { createLogger } from "../runtime/log.ts";
import { inferenceConfigSchema } from "./config.ts";
import { conformance } from "./conformance.ts";
import { startInference } from "./start.ts";
import type { InferenceHandle } from "./start.ts";

const controller = new AbortController();
let server: InferenceHandle;
before(async () => {
  const config = inferenceConfigSchema.parse({ logLevel: "silent" });
  server = await startInference(config, { log: createLogger({ level: "silent" }) }, controller.signal);
});
after(async () => await server.stop());

conformance("the embedded server", () => server.endpoint);
