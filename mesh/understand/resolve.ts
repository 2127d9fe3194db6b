import type { Field } from "../../proto/document/v1/document.pb.ts";
import type { FieldCandidate, ModelEvidence } from "./candidate.ts";
import { confidenceOf, type Support } from "./confidence.ts";
import { fieldGroup } from "./field-group.ts";
import { ocrDistance } from "./ocr-distance.ts";

/** How much a sighting weighs before the confidence model is asked: the method by which it was found. */
const METHOD_WEIGHT: Readonly<Record<string, number>> = {
  checkbox: 1.2,
  label: 1,
  table: 1,
  header: 0.8,
  prose: 0.7,
  layout: 0.6,
  lexicon: 0.6,
};
/** A value that another value confirms outweighs two that nothing does. */
const CONSISTENT_WEIGHT = 2.5;
/** What a letterhead says about the payer outweighs any number of mentions further down. */
const LABEL_POWER = 2;

/** Methods that say of a value which field it is. */
const CLAIMING: ReadonlySet<string> = new Set(["label", "table", "checkbox"]);
const CLEAR_WORD = 0.6;
const CLEAR_LABEL = 0.8;
/** Values that are no more edits apart than this may be one value misread. */
const MISREADING = 1.2;

/** The winning value of each field with what supports it. */
export interface ResolvedField {
  readonly name: string;
  readonly support: Support;
}

/** Lets the sightings of each field vote: equal values add up, the heaviest wins, the next heaviest is the conflict. */
export function resolve(candidates: readonly FieldCandidate[]): ResolvedField[] {
  return [...Map.groupBy(candidates, (candidate) => candidate.name)].map(([name, sightings]) => ({ name, support: vote(sightings) }));
}

function vote(sightings: readonly FieldCandidate[]): Support {
  const groups = [...Map.groupBy(sightings, (sighting) => sighting.value.toLowerCase()).values()]
    .map(toGroup)
    .sort((a, b) => b.weight - a.weight);
  const [winner, ...others] = groups;
  if (winner === undefined) throw new RangeError("voting on a field: no sighting was given, at least one is required");
  const against = others[0]?.weight ?? 0;
  return {
    best: winner.best,
    agreeing: winner.places,
    conflict: winner.weight === 0 ? 1 : Math.min(1, against / winner.weight),
    contradicted: others.some((other) => contradicts(other.best, winner.best)),
  };
}

interface Group {
  readonly best: FieldCandidate;
  readonly weight: number;
  /** Different places on the pages; two rules that read the same words are one place. */
  readonly places: number;
}

function toGroup(sightings: readonly FieldCandidate[]): Group {
  const ranked = [...sightings].sort((a, b) => weightOf(b) - weightOf(a));
  const best = ranked[0] as FieldCandidate;
  const byPlace = Map.groupBy(ranked, (sighting) => `${sighting.page}:${sighting.wordIndexes[0] ?? -1}`);
  const weight = [...byPlace.values()].reduce((sum, [first]) => sum + (first === undefined ? 0 : weightOf(first)), 0);
  return { best, weight, places: byPlace.size };
}

/** A clearly read and clearly labeled other value; a misreading of the same ink is not one. */
function contradicts(other: FieldCandidate, winner: FieldCandidate): boolean {
  // What a letter says of its decision in a sentence is as binding as what its form says: any difference counts.
  if (other.name === "decision") return true;
  const clear = other.evidence.agreement !== "split" && other.evidence.agreement !== "one" && other.evidence.wordConfidence > CLEAR_WORD;
  if (!clear || !CLAIMING.has(other.method) || other.evidence.labelScore < CLEAR_LABEL) return false;
  const [a, b] = [other.value.toLowerCase(), winner.value.toLowerCase()];
  return !a.includes(b) && !b.includes(a) && ocrDistance(a, b) > MISREADING;
}

function weightOf({ method, evidence }: FieldCandidate): number {
  const reading = evidence.agreement === "both" ? 1 : evidence.agreement === "single" ? 0.8 : 0.5;
  const check = evidence.check === "passed" ? 1.3 : evidence.check === "failed" ? 0.3 : 1;
  const label = (0.4 + evidence.labelScore) ** LABEL_POWER / 2;
  const fit = (evidence.consistent ? CONSISTENT_WEIGHT : 1) * modelWeight(evidence.model);
  return fit * (METHOD_WEIGHT[method] ?? 0.5) * reading * check * label * (0.3 + 0.7 * evidence.wordConfidence);
}

/** Halves what the layout model takes for another field, and raises what it takes for this one by half. */
function modelWeight(model: ModelEvidence | undefined): number {
  return model === undefined ? 1 : 1 + (model.field - model.otherField) / 2;
}

/** The field as the artefact holds it. */
export function toField({ name, support }: ResolvedField, required: boolean): Field {
  const { best } = support;
  return {
    name,
    rawText: best.rawText,
    value: best.value,
    confidence: confidenceOf(support, fieldGroup(name)),
    page: best.page,
    box: best.box,
    wordIndexes: [...best.wordIndexes],
    steps: [...best.steps],
    method: best.method,
    required,
  };
}
