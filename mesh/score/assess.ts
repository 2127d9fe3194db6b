import type { AnomalyScores } from "../../inference/client/anomaly.ts";
import { Decision } from "../../proto/document/v1/document.pb.ts";
import type { Assessment, Reason } from "../../proto/document/v1/document.pb.ts";
import { jointConfidence } from "./calibrate.ts";
import type { Calibration } from "./calibration.ts";
import type { ScoreConfig } from "./config.ts";
import type { Evidence } from "./evidence.ts";
import { FEATURE_NAMES, FEATURES } from "./features.ts";
import { RULES } from "./rules.ts";

/** Version of rules, features and combination; part of every assessment. */
const VERSION = "score/1";
/** Features named as the cause of an anomaly: the first few hold nearly all of the error. */
const NAMED_FEATURES = 3;

export interface AssessOptions {
  readonly config: ScoreConfig;
  readonly calibration: Calibration;
  /** A person settled the fields: their verdict is accepted, findings stay visible as reasons. */
  readonly settledByPerson: boolean;
}

/**
 * Accept or review, with every reason. Review when a blocking rule strikes or a model's score is above its own threshold,
 * each calibrated to its own rate of false alarms. Pure: the same input gives the same assessment.
 */
export function assess(evidence: Evidence, anomalies: AnomalyScores, options: AssessOptions): Assessment {
  const { config, calibration, settledByPerson } = options;
  const findings = RULES.flatMap((rule) => {
    const reasons = rule.hits(evidence, config).map(({ field }): Reason => ({ code: rule.id, text: rule.text, field: field ?? "" }));
    return reasons.length === 0 ? [] : [{ rule, reasons }];
  });
  const strange = anomalyReasons(evidence, anomalies, calibration);
  const blocked = strange.length > 0 || findings.some(({ rule }) => rule.effect === "blocking");
  return {
    decision: blocked && !settledByPerson ? Decision.REVIEW : Decision.ACCEPT,
    confidence: settledByPerson ? 1 : documentConfidence(evidence, calibration),
    reasons: [...findings.flatMap(({ reasons }) => reasons), ...strange],
    isolationForestScore: anomalies.isolationForest,
    autoencoderError: anomalies.autoencoder,
    ruleHits: findings.map(({ rule }) => rule.id),
    versions: [VERSION, `calibration/${calibration.madeOn}`],
  };
}

/** Probability that the type and every field acted on are right; 0 when one of them is missing. */
function documentConfidence({ understanding, actedOn }: Evidence, calibration: Calibration): number {
  if (!actedOn.known || actedOn.missing.length > 0) return 0;
  return jointConfidence([understanding.typeConfidence, ...actedOn.found.map((field) => field.confidence)], calibration.confidence);
}

function isOrdinary(evidence: Evidence, name: string): boolean {
  const feature = FEATURES.find((known) => known.name === name);
  const value = feature?.of(evidence);
  return value !== undefined && feature?.ordinary !== undefined && value >= feature.ordinary.low && value <= feature.ordinary.high;
}

function anomalyReasons(evidence: Evidence, anomalies: AnomalyScores, calibration: Calibration): readonly Reason[] {
  const reason = (code: string, text: string): Reason => ({ code, text, field: "" });
  const order = anomalies.residuals
    .map((residual, index) => ({ residual, name: FEATURE_NAMES[index] ?? "" }))
    .toSorted((left, right) => right.residual - left.residual);
  const reasons: Reason[] = [];
  if (anomalies.autoencoder > calibration.autoencoder.threshold) {
    const names = order
      .slice(0, NAMED_FEATURES)
      .map(({ name }) => name)
      .join(", ");
    reasons.push(reason("anomaly.autoencoder", `an unusual combination of ${names}`));
  }
  const alone = order.filter(({ residual, name }) => residual > calibration.residual.threshold && !isOrdinary(evidence, name));
  for (const { name } of alone.slice(0, 1)) reasons.push(reason("anomaly.feature", `an unusual ${name}`));
  if (anomalies.isolationForest > calibration.isolationForest.threshold) {
    reasons.push(reason("anomaly.isolation_forest", "unlike the documents that are usual"));
  }
  return reasons;
}
