import { loadedKitModels, writeKitRepository } from "../../inference/conformance/models.ts";
import { inferenceConfigSchema } from "../../inference/config.ts";
import { startInference } from "../../inference/start.ts";
import { createLogger } from "../../runtime/log.ts";
import { temporaryFolder } from "./server.ts";
import { startTriton } from "./triton.ts";
import type { Triton } from "./triton.ts";

/** Real Triton with the models of the conformance kit. */
export async function startKitTriton(): Promise<Triton> {
  await using folder = await temporaryFolder();
  await writeKitRepository(folder.path, "identity");
  return await startTriton({ repository: folder.path, models: loadedKitModels() });
}

/** The embedded server with the models of the conformance kit. */
export async function startKitServer(
  options: { readonly strict?: boolean; readonly httpPort?: number } = {},
): Promise<{ readonly endpoint: string; readonly httpEndpoint: string | undefined } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  await writeKitRepository(folder.path, "identity");
  const config = inferenceConfigSchema.parse({ repository: folder.path, models: loadedKitModels(), logLevel: "silent", ...options });
  const server = await startInference(config, { log: createLogger({ level: "silent" }) }, new AbortController().signal);
  stack.defer(async () => await server.stop());
  const owned = stack.move();
  const { endpoint, httpEndpoint } = server;
  return { endpoint, httpEndpoint, [Symbol.asyncDispose]: async () => await owned.disposeAsync() };
}
