import assert from "node:assert/strict";
import { it } from "node:test";
import type { AnomalyScorer, AnomalyScores } from "../../inference/client/anomaly.ts";
import {
  Assessment,
  Decision,
  DocumentType,
  Field,
  PageWords,
  TextSource,
  Understanding,
  Word,
} from "../../proto/document/v1/document.pb.ts";
import type { DocumentUnderstood, ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { createLogger } from "../../runtime/log.ts";
import type { Codec, SealedObjects } from "../../runtime/objects/sealed.ts";
import { systemWorld } from "../../runtime/world.ts";
import { loadDrugs } from "../codes/drugs.ts";
import type { StageContext } from "../stage.ts";
import type { Calibration } from "./calibration.ts";
import { scoreConfigSchema } from "./config.ts";
import { createScoreStage } from "./stage.ts";

const CALIBRATION: Calibration = {
  madeOn: "2026-01-01",
  data: "none",
  isolationForest: { threshold: 0.6, quantile: 0.99 },
  autoencoder: { threshold: 3, quantile: 0.99 },
  residual: { threshold: 30, quantile: 0.99 },
  confidence: { intercept: 0, slope: 1 },
};
const FIELDS = {
  "member.name": "Ann Lee",
  "member.date_of_birth": "1970-03-02",
  "provider.npi": "1234567893",
  "drug.name": "Humira",
  "drug.quantity": "2",
  "prescription.written_date": "2026-03-01",
};

const ref = (key: string): ObjectRef => ({ key, sha256: "0", sizeBytes: 1n, contentType: "application/x-protobuf" });

/** The objects of one document, kept by key. */
function contextWith(messages: Readonly<Record<string, Uint8Array>>) {
  const stored = new Map(Object.entries(messages));
  const objects: SealedObjects = {
    putBytes: async ({ key }, plain) => {
      stored.set(key, plain);
      return ref(key);
    },
    readBytes: async (_tenant, { key }) => stored.get(key) ?? new Uint8Array(),
    putMessage: async <T>({ key }: { readonly key: string }, codec: Codec<T>, message: T) => {
      stored.set(key, codec.encode(message).finish());
      return ref(key);
    },
    readMessage: async <T>(_tenant: string, { key }: ObjectRef, codec: Codec<T>) => codec.decode(stored.get(key) ?? new Uint8Array()),
  };
  const { signal } = new AbortController();
  const context: StageContext = {
    tenant: "demo",
    documentId: "d1",
    revision: 2,
    run: "run1",
    progress: () => {},
    signal,
    objects,
    world: systemWorld(),
    log: createLogger({ level: "silent" }),
  };
  return { context, stored };
}

async function runWith(options: {
  readonly scores?: Partial<AnomalyScores>;
  readonly confidence?: number;
  readonly type?: DocumentType;
  readonly settled?: boolean;
  readonly fail?: PayerHubError;
}) {
  const understanding: Understanding = {
    ...Understanding.fromPartial({ typeConfidence: 0.99, language: "en" }),
    type: options.type ?? DocumentType.PRESCRIPTION,
    fields: Object.entries(FIELDS).map(([name, value]) => Field.fromPartial({ name, value, confidence: options.confidence ?? 0.99 })),
  };
  const page: PageWords = {
    ...PageWords.fromPartial({ page: 1 }),
    source: TextSource.OCR,
    words: [Word.fromPartial({ text: "Rx", confidence: 0.95 })],
  };
  const { context, stored } = contextWith({ u: Understanding.encode(understanding).finish(), p: PageWords.encode(page).finish() });
  const scorer: AnomalyScorer = {
    features: 32,
    score: async () => {
      if (options.fail !== undefined) throw options.fail;
      return {
        isolationForest: 0.4,
        autoencoder: 0.5,
        residuals: Array.from({ length: 32 }, (_, index) => Number(index === 16)),
        ...options.scores,
      };
    },
  };
  const stage = createScoreStage({ scorer, config: scoreConfigSchema.parse({}), calibration: CALIBRATION, drugs: loadDrugs() });
  const message: DocumentUnderstood = {
    head: undefined,
    understanding: ref("u"),
    words: [ref("p")],
    images: [ref("i")],
    settledByPerson: options.settled ?? false,
  };
  const outcome = await stage.run(message, context);
  const bytes = stored.get("demo/d1/r2/run1/assessment.pb");
  return { outcome, assessment: Assessment.decode(bytes ?? new Uint8Array()), stored };
}

it("createScoreStage: lets a sure and usual document pass and writes its assessment", async () => {
  const { outcome, assessment } = await runWith({});
  assert.equal(outcome.next?.name, "scored");
  assert.equal(outcome.facts.state, "scored");
  assert.deepEqual(outcome.facts.reasons, []);
  assert.deepEqual([assessment.decision, assessment.isolationForestScore, assessment.autoencoderError], [Decision.ACCEPT, 0.4, 0.5]);
  assert.ok(Math.abs(assessment.confidence - 0.99 ** 7) < 1e-6);
  assert.equal(outcome.facts.confidence, assessment.confidence);
  assert.equal(outcome.facts.assessment?.key, "demo/d1/r2/run1/assessment.pb");
});

it("createScoreStage: sends what a model finds strange to a person and says which features", async () => {
  const forest = await runWith({ scores: { isolationForest: 0.61 } });
  assert.deepEqual([forest.outcome.next?.name, forest.outcome.facts.reasons], ["review_requested", ["anomaly.isolation_forest"]]);
  const encoder = await runWith({ scores: { autoencoder: 3.1 } });
  assert.deepEqual(encoder.outcome.facts.reasons, ["anomaly.autoencoder"]);
  assert.match(encoder.assessment.reasons[0]?.text ?? "", /charge_gap/);
});

it("createScoreStage: sends a single strange feature to a person, however usual the rest", async () => {
  const { outcome, assessment } = await runWith({
    scores: { residuals: Array.from({ length: 32 }, (_, index) => (index === 16 ? 31 : 0)) },
  });
  assert.deepEqual([outcome.next?.name, outcome.facts.reasons], ["review_requested", ["anomaly.feature"]]);
  assert.equal(assessment.reasons[0]?.text, "an unusual charge_gap");
});

it("createScoreStage: does not take a score at the threshold for strange", async () => {
  assert.equal((await runWith({ scores: { isolationForest: 0.6, autoencoder: 3 } })).outcome.next?.name, "scored");
});

it("createScoreStage: sends unsure fields and types that nothing is acted on to a person", async () => {
  const unsure = await runWith({ confidence: 0.8 });
  assert.equal(unsure.outcome.next?.name, "review_requested");
  assert.ok(unsure.outcome.facts.reasons?.includes("field.low_confidence:member.name"));
  const other = await runWith({ type: DocumentType.OTHER });
  assert.deepEqual([other.outcome.next?.name, other.assessment.confidence], ["review_requested", 0]);
});

it("createScoreStage: hands the review what a person needs to see", async () => {
  const { outcome } = await runWith({ confidence: 0.8 });
  assert.ok(outcome.next?.name === "review_requested");
  const { images, words, understanding, assessment } = outcome.next.message;
  assert.deepEqual([images[0]?.key, words[0]?.key, understanding?.key, assessment?.key], ["i", "p", "u", "demo/d1/r2/run1/assessment.pb"]);
});

it("createScoreStage: accepts what a person settled and keeps the findings", async () => {
  const { outcome, assessment } = await runWith({ settled: true, confidence: 0.5, scores: { autoencoder: 99 } });
  assert.deepEqual([outcome.next?.name, assessment.confidence, outcome.facts.settledByPerson], ["scored", 1, true]);
  assert.ok(assessment.reasons.some(({ code }) => code === "anomaly.autoencoder"));
});

it("createScoreStage: accepts nothing while the models do not answer", async () => {
  const fail = new PayerHubError("UNAVAILABLE", "inferring: the server is away, it must answer");
  await assert.rejects(runWith({ fail }), (error) => error === fail && fail.retryable);
});

it("createScoreStage: puts no value into record or reasons", async () => {
  const { outcome, assessment } = await runWith({ confidence: 0.1 });
  assert.doesNotMatch(JSON.stringify([outcome.facts.reasons, assessment.reasons]), /Ann|Lee|1970|1234567893|Humira/);
});

it("createScoreStage: gives the same outcome and the same artefact when it runs again", async () => {
  const [first, second] = [await runWith({}), await runWith({})];
  assert.deepEqual(first.outcome, second.outcome);
  assert.deepEqual(first.stored.get("demo/d1/r2/run1/assessment.pb"), second.stored.get("demo/d1/r2/run1/assessment.pb"));
});

it("createScoreStage: refuses an event without an understanding", async () => {
  const { context } = contextWith({});
  const scorer: AnomalyScorer = { features: 32, score: async () => ({ isolationForest: 0, autoencoder: 0, residuals: [] }) };
  const stage = createScoreStage({ scorer, config: scoreConfigSchema.parse({}), calibration: CALIBRATION, drugs: [] });
  const message: DocumentUnderstood = { head: undefined, understanding: undefined, words: [], images: [], settledByPerson: false };
  await assert.rejects(stage.run(message, context), { code: "INVALID_ARGUMENT" });
});
