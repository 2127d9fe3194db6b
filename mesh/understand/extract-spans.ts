import { likeliest } from "../../inference/client/word-labels.ts";
import { type FieldCandidate, candidateOf } from "./candidate.ts";
import { FIELD_LABELS, type ValueKind } from "./data/field-labels.ts";
import type { Extraction } from "./extraction.ts";
import { readValue } from "./readings.ts";
import { rejoined } from "./rejoin.ts";
import type { PageLabels } from "./text-models.ts";
import type { Token } from "./tokens.ts";
import { valueParsers } from "./value-parsers.ts";

/** Mean probability of a span's words below which it is no sighting: the rules alone are right more often. */
const MIN_PROBABILITY = 0.6;

const kinds: ReadonlyMap<string, ValueKind> = new Map(FIELD_LABELS.toReversed().map(({ field, kind }) => [field, kind]));

/** Kinds of which any words would do: where such a value ends only its label and line can tell. */
const ENDLESS: ReadonlySet<ValueKind> = new Set(["text", "plan"]);

/**
 * Values where the layout model sees a field that no rule `sighted`: on validation documents it finds what a torn label hides,
 * and is wrong more often than right where a rule says something else. Lists are left to the rules, which see their rows.
 */
export function extractSpans({ labels, book }: Extraction, sighted: ReadonlySet<string>): FieldCandidate[] {
  const parsers = valueParsers(book);
  return (labels?.pages ?? []).flatMap(spansOf).flatMap(({ field, tokens, probability }) => {
    const kind = kinds.get(field);
    if (kind === undefined || ENDLESS.has(kind) || sighted.has(field) || probability < MIN_PROBABILITY) return [];
    const read = readValue(kind === "identifier" ? rejoined(tokens) : tokens, parsers[kind]);
    return read === undefined ? [] : [candidateOf(read, { name: field, method: "layout", labelScore: probability, farFromLabel: true })];
  });
}

interface Span {
  readonly field: string;
  readonly tokens: readonly Token[];
  readonly probability: number;
}

/** Runs of tokens of one field; what is in no list has no brackets. */
function spansOf({ tokens, fields }: PageLabels): Span[] {
  const runs: { readonly field: string; readonly tokens: Token[]; sum: number }[] = [];
  for (const [row, token] of tokens.entries()) {
    const shares = fields.probabilities.subarray(row * fields.kinds.length, (row + 1) * fields.kinds.length);
    const column = likeliest(shares);
    const field = fields.kinds[column] ?? "O";
    const last = runs.at(-1);
    if (last?.field !== field || fields.begins[row] === 1) runs.push({ field, tokens: [token], sum: shares[column] ?? 0 });
    else {
      last.tokens.push(token);
      last.sum += shares[column] ?? 0;
    }
  }
  return runs
    .filter(({ field }) => field !== "O" && !field.includes("[]"))
    .map((run) => ({ field: run.field, tokens: run.tokens, probability: run.sum / run.tokens.length }));
}
