import type { AnomalyScorer } from "../../inference/client/anomaly.ts";
import { Assessment, Decision, PageWords, Understanding } from "../../proto/document/v1/document.pb.ts";
import type { DocumentUnderstood, ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Drug } from "../codes/drugs.ts";
import { artefactKey } from "../stage.ts";
import type { DocumentFacts } from "../store/documents.ts";
import { recordRef } from "../store/object-ref.ts";
import type { Stage, StageContext, StageOutcome } from "../stage.ts";
import { assess } from "./assess.ts";
import type { Calibration } from "./calibration.ts";
import type { ScoreConfig } from "./config.ts";
import { gatherEvidence } from "./evidence.ts";
import { extractFeatures } from "./features.ts";

/** Reasons kept in the document's record; the assessment has them all. */
const MAX_RECORD_REASONS = 20;

export interface ScoreStageOptions {
  readonly scorer: AnomalyScorer;
  readonly config: ScoreConfig;
  readonly calibration: Calibration;
  readonly drugs: readonly Drug[];
}

/**
 * Decides whether a document passes without a person. An accepted one goes on as `scored`, any other as
 * `review_requested`. A model server that does not answer is a retryable error: no score, no acceptance.
 */
export function createScoreStage(options: ScoreStageOptions): Stage<"understood"> {
  return {
    name: "score",
    input: "understood",
    run: async (message, context) => {
      const understandingRef = required(message.understanding, "understanding");
      const understanding = await context.objects.readMessage(context.tenant, understandingRef, Understanding, context.signal);
      const pages = await readPages(message, context);
      const evidence = gatherEvidence(understanding, pages, options.drugs);
      const anomalies = await options.scorer.score(extractFeatures(evidence), context.signal, context.documentId);
      const { config, calibration } = options;
      const assessment = assess(evidence, anomalies, { config, calibration, settledByPerson: message.settledByPerson });
      const key = artefactKey(context, "assessment.pb");
      const ref = await context.objects.putMessage({ tenant: context.tenant, key }, Assessment, assessment, context.signal);
      return outcome(message, assessment, ref);
    },
  };
}

async function readPages(message: DocumentUnderstood, context: StageContext): Promise<readonly PageWords[]> {
  const pages: PageWords[] = [];
  for (const ref of message.words) pages.push(await context.objects.readMessage(context.tenant, ref, PageWords, context.signal));
  return pages;
}

function outcome(message: DocumentUnderstood, assessment: Assessment, ref: ObjectRef): StageOutcome {
  const { head, understanding, images, words } = message;
  const facts: DocumentFacts = {
    state: "scored",
    confidence: assessment.confidence,
    reasons: recordReasons(assessment),
    assessment: recordRef(ref),
    settledByPerson: message.settledByPerson,
  };
  if (assessment.decision === Decision.ACCEPT) {
    return { next: { name: "scored", message: { head, understanding, assessment: ref } }, facts };
  }
  return { next: { name: "review_requested", message: { head, understanding, assessment: ref, images, words } }, facts };
}

/** `code` or `code:field`, each once. */
function recordReasons(assessment: Assessment): string[] {
  const texts = assessment.reasons.map(({ code, field }) => (field === "" ? code : `${code}:${field}`));
  return [...new Set(texts)].slice(0, MAX_RECORD_REASONS);
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new PayerHubError("INVALID_ARGUMENT", `scoring a document: the event has no ${name}, it must have one`);
  return value;
}
