import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { createLogger } from "../runtime/log.ts";
import { featureRows } from "../test/samples/feature-rows.ts";
import { createTritonClient } from "./client/triton.ts";
import type { TritonClient } from "./client/triton.ts";
import { inferenceConfigSchema } from "./config.ts";
import { AUTOENCODER } from "./models/autoencoder.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "./models/isolation-forest.ts";
import { startInference } from "./start.ts";
import type { InferenceHandle } from "./start.ts";
import { float32Tensor, toFloat32 } from "./tensor.ts";

const { signal } = new AbortController();
/** The machine may be busy. */
const options = { signal, deadlineMs: 60_000 };
const REQUESTS = 1_000;
/** Float32 sums in another order. */
const TOLERANCE = 1e-5;

let server: InferenceHandle;
let client: TritonClient;
before(async () => {
  const config = inferenceConfigSchema.parse({ models: [AUTOENCODER.name, ISOLATION_FOREST.name], logLevel: "silent" });
  server = await startInference(config, { log: createLogger({ level: "silent" }) }, signal);
  client = createTritonClient({ endpoint: server.endpoint, minimumVersion: "0" });
});
after(async () => {
  client.close();
  await server.stop();
});

async function errorsOf(rows: readonly Float32Array[]): Promise<readonly number[]> {
  const values = new Float32Array(rows.length * ANOMALY_FEATURES);
  for (const [index, row] of rows.entries()) values.set(row, index * ANOMALY_FEATURES);
  const input = float32Tensor("features", [rows.length, ANOMALY_FEATURES], values);
  const outputs = await client.infer(AUTOENCODER.name, [input], { ...options, outputs: ["error"] });
  return outputs.flatMap((output) => [...toFloat32(output)]);
}

it("the models have the signatures that their contracts name", async () => {
  await client.verify([ISOLATION_FOREST, AUTOENCODER], options);
  const wrong = { ...AUTOENCODER, outputs: [{ name: "error", datatype: "FP64", shape: [-1, 1] }] } as const;
  await assert.rejects(client.verify([wrong], options), /server has output error FP32 \[-1,1\], the contract needs error FP64 \[-1,1\]/);
});

it("a model gives only the wanted outputs", async () => {
  const input = float32Tensor("features", [1, ANOMALY_FEATURES], new Float32Array(ANOMALY_FEATURES));
  const outputs = await client.infer(AUTOENCODER.name, [input], { ...options, outputs: ["residuals"] });
  assert.deepEqual(
    outputs.map(({ name, data }) => [name, data.byteLength]),
    [["residuals", ANOMALY_FEATURES * 4]],
  );
});

it(`${REQUESTS} requests, a hundred at once, computed in batches, each get the scores of their own rows`, async () => {
  const rows = featureRows(20_261_122, 512);
  const alone: number[] = [];
  for (const row of rows) alone.push(...(await errorsOf([row])));
  let seed = 1;
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const ask = async () => {
    const picked = Array.from({ length: 1 + next(8) }, () => next(rows.length));
    const got = await errorsOf(picked.map((index) => rows[index] ?? new Float32Array()));
    assert.equal(got.length, picked.length);
    for (const [at, index] of picked.entries()) assert.ok(Math.abs((got[at] ?? Number.NaN) - (alone[index] ?? Number.NaN)) <= TOLERANCE);
  };
  // In waves, because the model's queue holds a thousand and nothing here tests overload.
  for (let wave = 0; wave < REQUESTS; wave += 100) await Promise.all(Array.from({ length: 100 }, ask));
});
