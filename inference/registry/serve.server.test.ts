import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { createLogger } from "../../runtime/log.ts";
import { openObjects } from "../../runtime/objects/open.ts";
import { systemWorld } from "../../runtime/world.ts";
import { featureRows } from "../../test/samples/feature-rows.ts";
import { temporaryFolder } from "../../test/servers/server.ts";
import { startTriton } from "../../test/servers/triton.ts";
import { startVersitygw } from "../../test/servers/versitygw.ts";
import { createAnomalyScorer } from "../client/anomaly.ts";
import { createTritonClient } from "../client/triton.ts";
import { inferenceConfigSchema } from "../config.ts";
import { startInference } from "../start.ts";
import { promote, resolveChannel } from "./channel.ts";
import { pullModel } from "./pull.ts";
import { pushModel } from "./push.ts";

const { signal } = new AbortController();

test("the embedded server and real Triton load what was pulled from S3, and score as from the checkout", async () => {
  await using server = await startVersitygw();
  await using folder = await temporaryFolder();
  const world = systemWorld();
  const objects = await openObjects(server.url, { world });
  const registry = { objects, world };
  const committed = inferenceConfigSchema.parse({ logLevel: "silent" });
  const repository = join(folder.path, "repository");
  for (const name of ["autoencoder", "isolation_forest"]) {
    await pushModel(registry, join(committed.repository, name), { signal });
    await promote(registry, { name, version: 1, channel: "stable" }, { by: "test", signal });
    await pullModel(registry, await resolveChannel(registry, { name, channel: "stable" }, signal), { into: repository, signal });
  }
  await objects.close();
  await using triton = await startTriton({ repository });
  const log = createLogger({ level: "silent" });
  const [pulled, original] = [
    await startInference({ ...committed, repository }, { log }, signal),
    await startInference({ ...committed, models: ["autoencoder", "isolation_forest"] }, { log }, signal),
  ];
  const rows = featureRows(11, 16);
  const [expected = [], ...others] = await Promise.all(
    [original.endpoint, pulled.endpoint, triton.endpoint].map(async (endpoint) => {
      const client = createTritonClient({ endpoint, minimumVersion: "0" });
      const scorer = createAnomalyScorer(client);
      const scores = await Promise.all(rows.map(async (row) => (await scorer.score(row, signal)).autoencoder));
      client.close();
      return scores;
    }),
  );
  assert.equal(expected.length, 16);
  assert.deepEqual(others[0], expected);
  for (const [index, score] of (others[1] ?? []).entries())
    assert.ok(Math.abs(score - (expected[index] ?? Number.NaN)) <= 1e-5 * Math.max(1, score));
  await Promise.all([pulled.stop(), original.stop()]);
});
