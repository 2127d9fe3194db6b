import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { credentials } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { GRPCInferenceServiceClient } from "../../proto/inference/grpc_service.pb.ts";
import { createLogger } from "../../runtime/log.ts";
import { systemWorld } from "../../runtime/world.ts";
import { temporaryFolder } from "../../test/servers/server.ts";
import { createTritonClient } from "../client/triton.ts";
import { inferenceConfigSchema } from "../config.ts";
import { ANOMALY_FEATURES } from "../models/isolation-forest.ts";
import { float32Tensor } from "../tensor.ts";
import { startInferenceServer } from "./server.ts";

const deps = { log: createLogger({ level: "silent" }), world: systemWorld() };
const { signal } = new AbortController();
const { logLevel: _, ...defaults } = inferenceConfigSchema.parse({});
const row = float32Tensor("features", [1, ANOMALY_FEATURES], new Float32Array(ANOMALY_FEATURES));

it("startInferenceServer: names itself and stops after the calls in flight, twice", async () => {
  const server = await startInferenceServer(defaults, deps, signal);
  const client = createTritonClient({ endpoint: `127.0.0.1:${server.port}` });
  assert.equal((await client.serverMetadata({ signal })).name, "payerhub-embedded");
  const calls = Array.from({ length: 200 }, async () => await client.infer("isolation_forest", [row], { signal }));
  const [first] = calls;
  await first;
  await Promise.all([server.stop(), server.stop()]);
  const ended = await Promise.allSettled(calls);
  // Those that had reached the server were answered; none hangs.
  assert.ok(ended.some(({ status }) => status === "fulfilled"));
  await assert.rejects(client.live({ signal, deadlineMs: 2_000 }), { code: "UNAVAILABLE" });
  client.close();
});

it("startInferenceServer: starts again on the same port after it stopped", async () => {
  const server = await startInferenceServer(defaults, deps, signal);
  const client = createTritonClient({ endpoint: `127.0.0.1:${server.port}` });
  await client.infer("autoencoder", [row], { signal });
  await server.stop();
  await assert.rejects(client.infer("autoencoder", [row], { signal, deadlineMs: 500 }));
  const again = await startInferenceServer({ ...defaults, port: server.port }, deps, signal);
  const outputs = await retry(async () => await client.infer("autoencoder", [row], { signal }));
  assert.equal(outputs.length, 2);
  client.close();
  await again.stop();
});

it("startInferenceServer: refuses a repository whose model is broken, and a port that is taken", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "m", "1"), { recursive: true });
  await writeFile(join(folder.path, "m", "config.pbtxt"), "max_batch_size: ");
  await assert.rejects(startInferenceServer({ ...defaults, repository: folder.path }, deps, signal), { code: "INVALID_ARGUMENT" });
  const server = await startInferenceServer(defaults, deps, signal);
  await assert.rejects(startInferenceServer({ ...defaults, port: server.port }, deps, signal), { code: "UNAVAILABLE" });
  await server.stop();
});

it("startInferenceServer: refuses a model whose file lacks a tensor of its configuration", async () => {
  await using folder = await temporaryFolder();
  await cp(join(defaults.repository, "autoencoder"), join(folder.path, "autoencoder"), { recursive: true });
  const tensors = 'input { name: "features" data_type: TYPE_FP32 dims: [32] } output { name: "label" data_type: TYPE_FP32 dims: [1] }';
  await writeFile(join(folder.path, "autoencoder", "config.pbtxt"), `max_batch_size: 4 ${tensors}`);
  await assert.rejects(startInferenceServer({ ...defaults, repository: folder.path }, deps, signal), /the configuration names "label"/);
});

it("startInferenceServer: loads and unloads by call: an unloaded model is not found, a reload brings it back without a gap", async () => {
  const server = await startInferenceServer(defaults, deps, signal);
  const endpoint = `127.0.0.1:${server.port}`;
  const client = createTritonClient({ endpoint });
  const stub = new GRPCInferenceServiceClient(endpoint, credentials.createInsecure());
  const model = { repositoryName: "", modelName: "autoencoder", parameters: {} };
  const call = async <R>(start: (answer: (error: ServiceError | null, response: R) => void) => void) =>
    await new Promise<R>((resolve, reject) => start((error, response) => (error === null ? resolve(response) : reject(error))));
  await call((cb) => stub.repositoryModelUnload(model, cb));
  await assert.rejects(client.infer("autoencoder", [row], { signal }), { code: "NOT_FOUND" });
  assert.equal(await client.modelReady("autoencoder", { signal }), false);
  const index = await call<{ models: readonly { name: string; state: string; reason: string }[] }>((cb) =>
    stub.repositoryIndex({ repositoryName: "", ready: false }, cb),
  );
  assert.ok(index.models.some(({ name, state, reason }) => name === "autoencoder" && state === "UNAVAILABLE" && reason === "unloaded"));
  await call((cb) => stub.repositoryModelLoad(model, cb));
  const during = Array.from({ length: 50 }, async () => await client.infer("autoencoder", [row], { signal }));
  await call((cb) => stub.repositoryModelLoad(model, cb));
  assert.equal((await Promise.all(during)).length, 50);
  client.close();
  stub.close();
  await server.stop();
});

it("startInferenceServer: refuses a message above its limit and lives on", async () => {
  const server = await startInferenceServer({ ...defaults, maxMessageBytes: 64 * 1024 }, deps, signal);
  const client = createTritonClient({ endpoint: `127.0.0.1:${server.port}` });
  const large = float32Tensor("features", [1_000, ANOMALY_FEATURES], new Float32Array(1_000 * ANOMALY_FEATURES));
  await assert.rejects(client.infer("autoencoder", [large], { signal }), { code: "RESOURCE_EXHAUSTED" });
  assert.equal(await client.live({ signal }), true);
  client.close();
  await server.stop();
});

/** The client's connection comes back within its back-off, a second at most. */
async function retry<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
