import { likeliest, type WordLabels } from "../../inference/client/word-labels.ts";
import { fieldSpecName } from "../fields.ts";
import type { FieldCandidate, ModelEvidence } from "./candidate.ts";
import { entityOf } from "./entity-of-field.ts";
import type { DocumentLabels, PageLabels } from "./text-models.ts";

/** Adds to every sighting what the models say of the words it was read from. */
export function withModelEvidence(candidates: readonly FieldCandidate[], labels: DocumentLabels): FieldCandidate[] {
  const pages = new Map(labels.pages.map((page) => [page.page, rowsByWord(page)]));
  return candidates.map((candidate) => {
    const rows = pages.get(candidate.page);
    const model = rows === undefined ? undefined : evidenceFor(candidate, rows);
    return model === undefined ? candidate : { ...candidate, evidence: { ...candidate.evidence, model } };
  });
}

interface PageRows {
  readonly labels: PageLabels;
  /** Rows of a word: more than one where it was split at a seam. */
  readonly byWord: ReadonlyMap<number, readonly number[]>;
}

function rowsByWord(labels: PageLabels): PageRows {
  const byWord = Map.groupBy(labels.tokens.keys(), (row) => labels.tokens[row]?.index ?? -1);
  return { labels, byWord };
}

function evidenceFor(candidate: FieldCandidate, { labels, byWord }: PageRows): ModelEvidence | undefined {
  const words = candidate.wordIndexes.flatMap((word) => (byWord.has(word) ? [byWord.get(word) ?? []] : []));
  if (words.length === 0) return undefined;
  const field = voice(labels.fields, words, fieldSpecName(candidate.name));
  const type = entityOf(candidate.name);
  const entity = type === undefined ? { own: 0, other: 0 } : voice(labels.entities, words, type);
  return { field: field.own, otherField: field.other, entity: entity.own, otherEntity: entity.other };
}

/** Mean over the words of the probability of the kind, and of the likeliest other kind that is not nothing. */
function voice(labels: WordLabels, words: readonly (readonly number[])[], kind: string): { readonly own: number; readonly other: number } {
  const column = labels.kinds.indexOf(kind);
  const sums = words.reduce(
    (sum, rows) => {
      const own = Math.max(...rows.map((row) => at(labels, row, column)));
      const other = Math.max(...rows.map((row) => strongestOther(labels, row, column)));
      return { own: sum.own + own, other: sum.other + other };
    },
    { own: 0, other: 0 },
  );
  return { own: rounded(sums.own / words.length), other: rounded(sums.other / words.length) };
}

/** Hundredths: the last bits of an answer depend on what it was batched with. */
function rounded(share: number): number {
  return Math.round(share * 100) / 100;
}

function at({ kinds, probabilities }: WordLabels, row: number, column: number): number {
  return column < 0 ? 0 : (probabilities[row * kinds.length + column] ?? 0);
}

function strongestOther({ kinds, probabilities }: WordLabels, row: number, column: number): number {
  const values = Float32Array.from(probabilities.subarray(row * kinds.length, (row + 1) * kinds.length));
  values[0] = 0;
  if (column > 0) values[column] = 0;
  return values[likeliest(values)] ?? 0;
}
