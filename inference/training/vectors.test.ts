import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLogger } from "../../runtime/log.ts";
import { createTritonClient } from "../client/triton.ts";
import type { TritonClient } from "../client/triton.ts";
import { inferenceConfigSchema } from "../config.ts";
import { biobertContract } from "../models/biobert.ts";
import { layoutlmv3Contract } from "../models/layoutlmv3.ts";
import { ISOLATION_FOREST } from "../models/isolation-forest.ts";
import { startInference } from "../start.ts";
import type { InferenceHandle } from "../start.ts";
import { elementCount, float32Tensor, toFloat32, type Tensor } from "../tensor.ts";

interface TokenCase {
  readonly model: string;
  readonly batch: number;
  readonly tokens: number;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly logits: readonly number[];
}

interface Vectors {
  /** Logits as torch gave them. */
  readonly tokens: readonly TokenCase[];
  /** Scores as scikit-learn gave them. */
  readonly forest: { readonly rows: readonly (readonly number[])[]; readonly scores: readonly number[] };
}

const LABELS = 5;
/** A picture of 3 × 224 × 224. */
const PIXELS = 150_528;
const folder = join(import.meta.dirname, "data");
const repository = join(folder, "repository");
const vectors: Vectors = JSON.parse(await readFile(join(folder, "vectors.json"), "utf8"));
const { signal } = new AbortController();
let server: InferenceHandle;
let client: TritonClient;
before(async () => {
  const config = inferenceConfigSchema.parse({ repository, logLevel: "silent" });
  server = await startInference(config, { log: createLogger({ level: "silent" }) }, signal);
  client = createTritonClient({ endpoint: server.endpoint, deadlineMs: 30_000 });
});
after(async () => {
  client.close();
  await server.stop();
});

test("what the exporter writes is served under the contracts, warmed up", async () => {
  await client.verify([layoutlmv3Contract(LABELS), biobertContract(LABELS), ISOLATION_FOREST], { signal });
  await assert.rejects(client.verify([biobertContract(7)], { signal }), { code: "FAILED_PRECONDITION" });
});

for (const { model, batch, tokens, inputs, logits } of vectors.tokens) {
  test(`${model} of ${batch} × ${tokens} tokens gives torch's logits within 1e-4`, async () => {
    const shapes: Readonly<Record<string, readonly number[]>> = {
      input_ids: [batch, tokens],
      bbox: [batch, tokens, 4],
      attention_mask: [batch, tokens],
    };
    const tensors: Tensor[] = Object.entries(inputs).map(([name, values]) => ({
      name,
      datatype: "INT64",
      shape: shapes[name] ?? [],
      data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    }));
    if (model === "layoutlmv3") tensors.push(float32Tensor("pixel_values", [batch, 3, 224, 224], ramp(batch)));
    const [output] = await client.infer(model, tensors, { signal });
    assert.ok(output !== undefined);
    assert.deepEqual(output.shape, [batch, tokens, LABELS]);
    assert.equal(logits.length, elementCount(output.shape));
    const worst = toFloat32(output).reduce((most, value, at) => Math.max(most, Math.abs(value - (logits[at] ?? Number.NaN))), 0);
    assert.ok(worst <= 1e-4, `${worst}`);
    // Logits that are all alike would hide a wrong graph.
    assert.ok(Math.max(...logits) - Math.min(...logits) > 0.1);
  });
}

test("the isolation forest gives scikit-learn's scores within 1e-6, on thresholds too", async () => {
  const { rows, scores } = vectors.forest;
  const [output] = await client.infer("isolation_forest", [float32Tensor("features", [rows.length, 32], Float32Array.from(rows.flat()))], {
    signal,
  });
  assert.ok(output !== undefined);
  const worst = toFloat32(output).reduce((most, value, at) => Math.max(most, Math.abs(value - (scores[at] ?? Number.NaN))), 0);
  assert.ok(worst <= 1e-6, `${worst}`);
});

test("the exported folders' checksums hold", async () => {
  for (const model of ["layoutlmv3", "biobert"]) {
    const lines = (await readFile(join(repository, model, "SHA256SUMS"), "utf8")).trim().split("\n");
    assert.ok(lines.length > 6);
    for (const line of lines) {
      const [digest, path = ""] = line.split("  ");
      const bytes = await readFile(join(repository, model, path));
      assert.equal(createHash("sha256").update(bytes).digest("hex"), digest, path);
    }
  }
});

/** The picture that the vectors were made with. */
function ramp(batch: number): Float32Array {
  return Float32Array.from({ length: batch * PIXELS }, (_, at) => ((at * 7919) % 256) / 127.5 - 1);
}
