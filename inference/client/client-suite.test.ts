import { after, before } from "node:test";
import { createLogger } from "../../runtime/log.ts";
import { temporaryFolder } from "../../test/servers/server.ts";
import { inferenceConfigSchema } from "../config.ts";
import { writeKitRepository } from "../conformance/models.ts";
import { startInference } from "../start.ts";
import type { InferenceHandle } from "../start.ts";
import { clientSuite, SUITE_MODELS } from "./client-suite.ts";

const stack = new AsyncDisposableStack();
let server: InferenceHandle;
before(async () => {
  const folder = stack.use(await temporaryFolder());
  await writeKitRepository(folder.path, "identity");
  const config = inferenceConfigSchema.parse({ repository: folder.path, models: [...SUITE_MODELS], logLevel: "silent" });
  server = await startInference(config, { log: createLogger({ level: "silent" }) }, new AbortController().signal);
  stack.defer(async () => await server.stop());
});
after(async () => await stack.disposeAsync());

clientSuite("the embedded server", () => server.endpoint);
