import type { AnomalyScorer } from "../inference/client/anomaly.ts";
import type { InferenceClient } from "../inference/client/triton.ts";
import { createWordRecognizer } from "../inference/client/word-recognizer.ts";
import type { Lifetime, Stoppable } from "../runtime/lifetime.ts";
import type { Seal } from "../runtime/seal.ts";
import type { Store } from "../runtime/store/store.ts";
import type { World } from "../runtime/world.ts";
import type { StepDeps } from "./advance.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { loadDrugs } from "./codes/drugs.ts";
import type { MeshConfig } from "./config.ts";
import { consumeStage } from "./consume.ts";
import { createFhirStage } from "./fhir/stage.ts";
import { createEmbeddedHub } from "./hub/embedded.ts";
import { createHubStage } from "./hub/stage.ts";
import type { HubPublisher } from "./hub-events.ts";
import { PIPELINE, type PipelineRow } from "./pipeline.ts";
import { createReleaseStage, releaseConfigSchema } from "./privacy/stage.ts";
import { createReadConfig } from "./read/config.ts";
import { createReadStage } from "./read/stage.ts";
import { createWordConfirmer } from "./read/word-confirmer.ts";
import { createRegisterStage } from "./register.ts";
import { createReviewStage } from "./review/stage.ts";
import { loadCalibration } from "./score/calibration.ts";
import { scoreConfigSchema } from "./score/config.ts";
import { createScoreStage } from "./score/stage.ts";
import { caseEntries, cases, membersCases } from "./store/cases.ts";
import { consents } from "./store/consents.ts";
import { reviews } from "./store/reviews.ts";
import { loadCodeBook } from "./understand/code-book.ts";
import { openTextModels } from "./understand/open-text-models.ts";
import { createUnderstandStage } from "./understand/stage.ts";

/** What stages are made from. */
export interface StageParts {
  readonly config: MeshConfig;
  readonly store: Store;
  readonly seal: Seal;
  readonly world: World;
  readonly audit: AuditTrail;
  readonly scorer: AnomalyScorer;
  readonly inference: InferenceClient;
  readonly publisher: HubPublisher;
  readonly lifetime: Lifetime;
}

type Starter = (row: PipelineRow, parts: StageParts, deps: StepDeps) => Promise<Stoppable>;

/** By name: how each stage of the pipeline is made and put on its consumer. The order is the pipeline's. */
const STARTERS: Readonly<Record<string, Starter>> = {
  register: async (row, _parts, deps) => await Promise.resolve(consumeStage(row, createRegisterStage(), deps)),
  read: async (row, { config, inference, lifetime }, deps) => {
    const { ocrEngine: engine, tesseract: program, readers: recognizers } = config;
    const confirmer = config.ocrRecognizer === "on" ? createWordConfirmer(createWordRecognizer(inference), deps) : undefined;
    const stage = await createReadStage({ config: createReadConfig({ engine, program, recognizers }), confirmer });
    lifetime.add("read-children", stage);
    return consumeStage(row, stage, deps);
  },
  understand: async (row, { config, inference, lifetime }, deps) => {
    const models =
      config.textModels === "on"
        ? await openTextModels({ repository: config.modelRepository, client: inference, world: deps.world, meter: deps.telemetry.meter })
        : undefined;
    if (models !== undefined) lifetime.add("text-models", models);
    return consumeStage(row, createUnderstandStage({ book: loadCodeBook(), models }), deps);
  },
  score: async (row, { scorer }, deps) => {
    const stage = createScoreStage({ scorer, config: scoreConfigSchema.parse({}), calibration: loadCalibration(), drugs: loadDrugs() });
    return await Promise.resolve(consumeStage(row, stage, deps));
  },
  review: async (row, { config, store, publisher }, deps) => {
    const stage = createReviewStage({ reviews: await store.collection(reviews), publisher, hubName: config.hub });
    return consumeStage(row, stage, deps);
  },
  map: async (row, _parts, deps) => await Promise.resolve(consumeStage(row, createFhirStage(), deps)),
  release: async (row, { store, audit, seal }, deps) => {
    const stage = createReleaseStage({ consents: await store.collection(consents), audit, seal, config: releaseConfigSchema.parse({}) });
    return consumeStage(row, stage, deps);
  },
  deliver: async (row, { config, store, seal, world, publisher }, deps) => {
    const hub = createEmbeddedHub({
      cases: await store.collection(cases),
      entries: await store.collection(caseEntries),
      members: await store.collection(membersCases),
      world,
    });
    return consumeStage(row, createHubStage({ hub, publisher, seal, hubName: config.hub }), deps);
  },
};

/** Starts the configured subset of stages, last one first, so that nothing piles up behind a stage that is not there yet. */
export async function startStages(parts: StageParts, deps: StepDeps): Promise<void> {
  for (const row of PIPELINE.toReversed()) {
    const start = STARTERS[row.stage];
    if (start !== undefined && parts.config.stages.includes(row.stage))
      parts.lifetime.add(`stage-${row.stage}`, await start(row, parts, deps));
  }
}
