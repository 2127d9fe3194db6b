import type { FieldCandidate, ModelEvidence } from "./candidate.ts";
import withModels from "./data/confidence-weights-models.json" with { type: "json" };
import rulesOnly from "./data/confidence-weights.json" with { type: "json" };

/** What several sightings of a field say together. */
export interface Support {
  readonly best: FieldCandidate;
  /** Sightings with the same value, the best included. */
  readonly agreeing: number;
  /** Strongest sighting of another value, 0 none to 1 as strong as the best. */
  readonly conflict: number;
  /** Another value is read and labeled as clearly. */
  readonly contradicted: boolean;
}

/** Groups of fields that are equally hard to read. */
export type FieldGroup = "checked_code" | "plain_code" | "date" | "money" | "name" | "text" | "choice" | "number";

/** Names of the features in the order of the weights. */
export const FEATURES = [
  "bias",
  "both",
  "split",
  "one",
  "check_passed",
  "check_failed",
  "word_confidence",
  "second_confidence",
  "low_word",
  "label",
  "unlabeled",
  "far",
  "repaired",
  "repeated",
  "conflict",
  "consistent",
  "length",
  "ambiguous_start",
  "ambiguous_letter",
  "ambiguous_digit",
] as const;

/** What the text models add, behind the others, where they were asked; those weights are fitted for themselves. */
export const MODEL_FEATURES = ["field", "other_field", "entity", "other_entity"] as const;

/** Most that a doubtful value may reach: a person looks at it. */
const DOUBTFUL = 0.5;
/** Sightings beyond these add nothing. */
const MANY_SIGHTINGS = 3;
const LONG_TEXT_CHARS = 60;

/** The numbers the confidence model sees, in the order of FEATURES and then MODEL_FEATURES; each within -1 to 1. */
export function featuresOf({ best, agreeing, conflict }: Support): number[] {
  const { evidence } = best;
  return [
    1,
    flag(evidence.agreement === "both"),
    flag(evidence.agreement === "split"),
    flag(evidence.agreement === "one"),
    flag(evidence.check === "passed"),
    flag(evidence.check === "failed"),
    evidence.wordConfidence,
    evidence.secondConfidence,
    flag(evidence.wordConfidence < 0.7),
    evidence.labelScore,
    flag(evidence.labelScore === 0),
    flag(evidence.farFromLabel),
    flag(evidence.repaired),
    (Math.min(agreeing, MANY_SIGHTINGS) - 1) / (MANY_SIGHTINGS - 1),
    conflict,
    flag(evidence.consistent),
    Math.min(best.value.length, LONG_TEXT_CHARS) / LONG_TEXT_CHARS,
    flag(/^[1I|Ll]|^[0258][A-Z]/.test(best.value)),
    // Where letters meet digits, either may be the other: `US28` is `U528`, `2GP` is `ZGP`.
    flag(/[BIOSZ](?=\d)/.test(best.value)),
    flag(/[A-Z][01258]/.test(best.value)),
    ...modelFeatures(evidence.model),
  ];
}

function modelFeatures(model: ModelEvidence | undefined): number[] {
  return model === undefined ? [] : [model.field, model.otherField, model.entity, model.otherEntity];
}

/**
 * Probability that the value is right, by the logistic model fitted on generated documents. A contradicted value, one that
 * fails its check and one that could not be read never count as likely, whatever else speaks for them.
 */
export function confidenceOf(support: Support, group: FieldGroup): number {
  const { value, evidence } = support.best;
  if (value === "") return 0;
  const doubtful = support.contradicted || evidence.check === "failed";
  return doubtful ? Math.min(DOUBTFUL, modelConfidence(support, group)) : modelConfidence(support, group);
}

function modelConfidence(support: Support, group: FieldGroup): number {
  const weights = support.best.evidence.model === undefined ? rulesOnly : withModels;
  const row: readonly number[] = weights.groups[group];
  const sum = featuresOf(support).reduce((total, feature, at) => total + feature * (row[at] ?? 0), 0);
  return 1 / (1 + Math.exp(-sum));
}

function flag(on: boolean): number {
  return on ? 1 : 0;
}
