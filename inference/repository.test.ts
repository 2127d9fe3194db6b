import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { createLogger } from "../runtime/log.ts";
import { createAnomalyScorer } from "./client/anomaly.ts";
import { createTritonClient } from "./client/triton.ts";
import { inferenceConfigSchema } from "./config.ts";
import { AUTOENCODER } from "./models/autoencoder.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "./models/isolation-forest.ts";
import { RECOGNIZER } from "./models/recognizer.ts";
import { loadTokenClassifier } from "./models/token-classifier.ts";
import { readModelConfig } from "./server/model-config.ts";
import { modelNames, readModel } from "./server/repository.ts";
import { startInference } from "./start.ts";

const config = inferenceConfigSchema.parse({ logLevel: "silent" });
const log = createLogger({ level: "silent" });

it("every committed model has a contract, and a card that names its very bytes", async () => {
  const [biobert, layoutlmv3] = await Promise.all([
    loadTokenClassifier(config.repository, "biobert"),
    loadTokenClassifier(config.repository, "layoutlmv3"),
  ]);
  const contracts = [AUTOENCODER, biobert.contract, ISOLATION_FOREST, layoutlmv3.contract, RECOGNIZER];
  assert.deepEqual(
    await modelNames(config.repository),
    contracts.map(({ name }) => name),
  );
  for (const { name, inputs, outputs } of contracts) {
    const { config: served, versions } = await readModel(config.repository, name);
    const shaped = [...served.inputs, ...served.outputs].map((tensor) => ({
      name: tensor.name,
      datatype: tensor.datatype,
      shape: [-1, ...tensor.dims],
    }));
    assert.deepEqual(shaped, [...inputs, ...outputs]);
    assert.deepEqual(
      versions.map(({ version }) => version),
      [1],
    );
    const model = await readFile(join(config.repository, name, "1", "model.onnx"));
    const card = await readFile(join(config.repository, name, "CARD.md"), "utf8");
    assert.ok(card.includes(createHash("sha256").update(model).digest("hex")));
  }
});

it("a model's configuration for the cluster has the same signature, on GPUs", async () => {
  const names = await modelNames(config.repository);
  const onGpu: string[] = [];
  for (const name of names) {
    const text = await readFile(join(config.repository, name, "configs", "gpu.pbtxt"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    // The embedded server refuses a GPU; all else it reads as it stands.
    const [cluster, own] = [
      readModelConfig(text.replaceAll("KIND_GPU", "KIND_CPU"), name),
      (await readModel(config.repository, name)).config,
    ];
    assert.deepEqual([cluster.inputs, cluster.outputs], [own.inputs, own.outputs], name);
    assert.match(text, /KIND_GPU/);
    onGpu.push(name);
  }
  // A forest of trees runs on CPUs everywhere.
  assert.deepEqual(
    onGpu,
    names.filter((name) => name !== "isolation_forest"),
  );
});

it("the committed models score a document, and an outage is told as one that may pass", async () => {
  const { signal } = new AbortController();
  const server = await startInference(config, { log }, signal);
  const client = createTritonClient({ endpoint: server.endpoint, deadlineMs: 5_000 });
  const scorer = createAnomalyScorer(client);
  const { isolationForest, autoencoder, residuals } = await scorer.score(new Float32Array(ANOMALY_FEATURES), signal);
  assert.ok(isolationForest > 0 && isolationForest < 1);
  // The error is the mean of what it is made of, so residuals name what is strange.
  assert.ok(Math.abs(autoencoder - residuals.reduce((sum, residual) => sum + residual, 0) / residuals.length) < 1e-3 * autoencoder);
  await server.stop();
  await assert.rejects(scorer.score(new Float32Array(ANOMALY_FEATURES), signal), { code: "UNAVAILABLE" });
  client.close();
});
