import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { createLogger } from "../runtime/log.ts";
import { featureRows } from "../test/samples/feature-rows.ts";
import { startTriton } from "../test/servers/triton.ts";
import type { Triton } from "../test/servers/triton.ts";
import { createAnomalyScorer } from "./client/anomaly.ts";
import { createTritonClient } from "./client/triton.ts";
import { inferenceConfigSchema } from "./config.ts";
import { AUTOENCODER } from "./models/autoencoder.ts";
import { ISOLATION_FOREST } from "./models/isolation-forest.ts";
import { startInference } from "./start.ts";

const { signal } = new AbortController();
const models = [AUTOENCODER.name, ISOLATION_FOREST.name];
const config = inferenceConfigSchema.parse({ models, logLevel: "silent" });

let triton: Triton;
before(async () => {
  triton = await startTriton({ repository: config.repository, models });
});
after(async () => await triton[Symbol.asyncDispose]());

it("the embedded server and real Triton score alike", async () => {
  const embedded = await startInference(config, { log: createLogger({ level: "silent" }) }, signal);
  const clients = [embedded.endpoint, triton.endpoint].map((endpoint) => createTritonClient({ endpoint, minimumVersion: "0" }));
  const [ours, theirs] = clients.map((client) => createAnomalyScorer(client));
  for (const row of featureRows(7, 64)) {
    const [left, right] = await Promise.all([ours?.score(row, signal), theirs?.score(row, signal)]);
    for (const key of ["isolationForest", "autoencoder"] as const) {
      const score = left?.[key] ?? Number.NaN;
      assert.ok(Math.abs(score - (right?.[key] ?? Number.NaN)) <= 1e-5 * Math.max(1, score), key);
    }
  }
  for (const client of clients) client.close();
  await embedded.stop();
});

it("a client refuses this Triton without the override, because it is older than the fixed ones", async () => {
  const client = createTritonClient({ endpoint: triton.endpoint });
  const { name, version } = await client.serverMetadata({ signal });
  assert.equal(name, "triton");
  const verified = client.verify([], { signal });
  if (version.startsWith("2.51")) await assert.rejects(verified, /its version is 2\.51\.0, it must be at least 2\.59\.0/);
  else await verified;
  client.close();
});
