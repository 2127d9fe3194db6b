import type { Field } from "../../proto/document/v1/document.pb.ts";
import type { FieldCandidate } from "./candidate.ts";
import { confidenceOf, type Support } from "./confidence.ts";
import { fieldGroup } from "./field-group.ts";
import { fold } from "./ocr-distance.ts";

/** How much a sighting weighs before the confidence model is asked: the method by which it was found. */
const METHOD_WEIGHT: Readonly<Record<string, number>> = { checkbox: 1.2, label: 1, table: 1, header: 0.8, prose: 0.7, lexicon: 0.6 };
/** A value that another value confirms outweighs two that nothing does. */
const CONSISTENT_WEIGHT = 2.5;
/** What a letterhead says about the payer outweighs any number of mentions further down. */
const LABEL_POWER = 2;

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
  const groups = [...Map.groupBy(sightings, (sighting) => fold(sighting.value)).values()].map(toGroup).sort((a, b) => b.weight - a.weight);
  const [winner, next] = groups;
  if (winner === undefined) throw new RangeError("voting on a field: no sighting was given, at least one is required");
  const conflict = next === undefined ? 0 : Math.min(1, next.weight / winner.weight);
  return { best: winner.best, agreeing: winner.places, conflict };
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
  return { best: spelledBest(best, ranked), weight, places: byPlace.size };
}

/** Values that differ only in look-alikes are one group; the spelling read most often, and best, stands for it. */
function spelledBest(best: FieldCandidate, sightings: readonly FieldCandidate[]): FieldCandidate {
  const spellings = Map.groupBy(sightings, (sighting) => sighting.value);
  const weight = (value: string) => (spellings.get(value) ?? []).reduce((sum, sighting) => sum + weightOf(sighting), 0);
  const value = [...spellings.keys()].reduce((top, other) => (weight(other) > weight(top) ? other : top), best.value);
  return value === best.value ? best : (sightings.find((sighting) => sighting.value === value) ?? best);
}

function weightOf({ method, evidence }: FieldCandidate): number {
  const reading = evidence.agreement === "both" ? 1 : evidence.agreement === "single" ? 0.8 : 0.5;
  const check = evidence.check === "passed" ? 1.3 : evidence.check === "failed" ? 0.3 : 1;
  const label = (0.4 + evidence.labelScore) ** LABEL_POWER / 2;
  const fit = evidence.consistent ? CONSISTENT_WEIGHT : 1;
  return fit * (METHOD_WEIGHT[method] ?? 0.5) * reading * check * label * (0.3 + 0.7 * evidence.wordConfidence);
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
