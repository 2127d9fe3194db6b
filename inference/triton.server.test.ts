import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { createLogger } from "../runtime/log.ts";
import { startTriton } from "../test/servers/triton.ts";
import type { Triton } from "../test/servers/triton.ts";
import { createTritonClient } from "./client/triton.ts";
import { inferenceConfigSchema } from "./config.ts";
import { conformance } from "./conformance.ts";
import { createRows, scoresOf } from "./conformance-rows.ts";
import { startInference } from "./start.ts";

const config = inferenceConfigSchema.parse({ logLevel: "silent" });
let triton: Triton;
before(async () => {
  triton = await startTriton({ repository: config.repository });
});
after(async () => await triton[Symbol.asyncDispose]());

conformance("real Triton", () => triton.endpoint);

it("the embedded server and real Triton score alike", async () => {
  const { signal } = new AbortController();
  const embedded = await startInference(config, { log: createLogger({ level: "silent" }) }, signal);
  const clients = [embedded.endpoint, triton.endpoint].map((endpoint) => createTritonClient({ endpoint, minimumVersion: "0" }));
  const rows = createRows(7, 64);
  const [ours = [], theirs = []] = await Promise.all(clients.map(async (client) => await scoresOf(client, rows, { signal })));
  assert.equal(ours.length, 64);
  for (const [index, score] of ours.entries()) assert.ok(Math.abs(score - (theirs[index] ?? Number.NaN)) <= 1e-5 * Math.max(1, score));
  for (const client of clients) client.close();
  await embedded.stop();
});

it("a client refuses this Triton without the override, because it is older than the fixed ones", async () => {
  const client = createTritonClient({ endpoint: triton.endpoint });
  const { signal } = new AbortController();
  const { name, version } = await client.serverMetadata({ signal });
  assert.equal(name, "triton");
  const verified = client.verify([], { signal });
  if (version.startsWith("2.51")) await assert.rejects(verified, /its version is 2\.51\.0, it must be at least 2\.59\.0/);
  else await verified;
  client.close();
});
