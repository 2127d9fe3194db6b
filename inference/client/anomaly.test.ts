import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PayerHubError } from "../../runtime/error.ts";
import { AUTOENCODER } from "../models/autoencoder.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "../models/isolation-forest.ts";
import { float32Tensor } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { createAnomalyScorer } from "./anomaly.ts";
import type { InferenceClient } from "./triton.ts";

const { signal } = new AbortController();
const row = new Float32Array(ANOMALY_FEATURES);

function clientOf(verify: InferenceClient["verify"], outputs: Readonly<Record<string, readonly Tensor[]>>): InferenceClient {
  return { verify, infer: async (model) => outputs[model] ?? [] };
}

const score = (value: number) => [float32Tensor("score", [1, 1], Float32Array.of(value))];
const error = (value: number, residuals = new Float32Array(ANOMALY_FEATURES)) => [
  float32Tensor("error", [1, 1], Float32Array.of(value)),
  float32Tensor("residuals", [1, ANOMALY_FEATURES], residuals),
];

describe("createAnomalyScorer", () => {
  it("asks both models and verifies them once", async () => {
    const verified: string[][] = [];
    const client = clientOf(async (contracts) => void verified.push(contracts.map(({ name }) => name)), {
      isolation_forest: score(0.5),
      autoencoder: error(2),
    });
    const scorer = createAnomalyScorer(client);
    const scores = await scorer.score(row, signal);
    await scorer.score(row, signal);
    assert.deepEqual([scores.isolationForest, scores.autoencoder, scores.residuals.length], [0.5, 2, ANOMALY_FEATURES]);
    assert.deepEqual(verified, [[ISOLATION_FOREST.name, AUTOENCODER.name]]);
  });

  for (const [what, outputs] of [
    ["a score that is no number", { isolation_forest: score(Number.NaN), autoencoder: error(1) }],
    ["an endless error", { isolation_forest: score(0.5), autoencoder: error(Number.POSITIVE_INFINITY) }],
    ["a score below zero", { isolation_forest: score(-1), autoencoder: error(1) }],
    ["no residuals", { isolation_forest: score(0.5), autoencoder: error(1).slice(0, 1) }],
    [
      "residuals that are no numbers",
      { isolation_forest: score(0.5), autoencoder: error(1, new Float32Array(ANOMALY_FEATURES).fill(Number.NaN)) },
    ],
    ["no outputs", {}],
  ] as const) {
    it(`rejects ${what} with an error that is tried again`, async () => {
      const rejected = createAnomalyScorer(clientOf(async () => {}, outputs)).score(row, signal);
      await assert.rejects(rejected, (caught) => caught instanceof PayerHubError && caught.code === "UNAVAILABLE" && caught.retryable);
    });
  }

  it("never scores with models that are not verified, and verifies again after a failure", async () => {
    let attempts = 0;
    const client = clientOf(
      async () => {
        attempts += 1;
        if (attempts < 3) throw new PayerHubError("UNAVAILABLE", "asking the model server: it is away, it must answer");
      },
      { isolation_forest: score(0.5), autoencoder: error(1) },
    );
    const scorer = createAnomalyScorer(client);
    await assert.rejects(scorer.score(row, signal), { code: "UNAVAILABLE" });
    await assert.rejects(scorer.score(row, signal), { code: "UNAVAILABLE" });
    assert.equal((await scorer.score(row, signal)).isolationForest, 0.5);
    assert.equal(attempts, 3);
  });

  it("refuses another number of features", async () => {
    const scorer = createAnomalyScorer(clientOf(async () => {}, {}));
    await assert.rejects(scorer.score(new Float32Array(31), signal), { code: "INVALID_ARGUMENT" });
  });
});
