import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Judged } from "./judge.ts";
import { reliability } from "./logistic.ts";

/** A judged document with what the rest of the pipeline decided. */
export interface Outcome extends Judged {
  readonly accepted: boolean;
  /** Share of the fields that stand in the FHIR bundle, 0 to 1. */
  readonly fhirCompleteness: number;
}

/** Figures over all documents, then one group a class of resolution and level; both families of degradation count. */
export function figuresOf(outcomes: readonly Outcome[]): Record<string, number> {
  const hubTypes = outcomes.filter((outcome) => outcome.documentType !== DocumentType.OTHER);
  const legible = hubTypes.filter((outcome) => outcome.quality.level !== "bad");
  const found = hubTypes.flatMap((outcome) => outcome.fields).filter((field) => field.confidence !== undefined);
  const classes = [...new Set(outcomes.map(classOf))].sort();
  return {
    documents: outcomes.length,
    type_accuracy: share(outcomes, (outcome) => outcome.typeRight),
    review_rate: share(legible, (outcome) => !outcome.accepted),
    fhir_completeness: mean(hubTypes.map((outcome) => outcome.fhirCompleteness)),
    confidence_ece: reliability(found.map((field) => ({ stated: field.confidence ?? 0, right: field.exact }))).ece,
    ...classFigures(
      "held_out",
      legible.filter((outcome) => outcome.heldOut),
    ),
    ...Object.assign(
      {},
      ...classes.map((name) =>
        classFigures(
          name,
          hubTypes.filter((outcome) => classOf(outcome) === name),
        ),
      ),
    ),
  };
}

/** Field and code exactness of some outcomes: what the baseline is compared by. */
export function exactness(outcomes: readonly Judged[]): { readonly field: number; readonly code: number } {
  const fields = outcomes.flatMap((outcome) => outcome.fields);
  return {
    field: share(fields, (field) => field.exact),
    code: share(
      fields.filter((field) => field.code),
      (field) => field.exact,
    ),
  };
}

/** `fine_mild` and the like. */
export function classOf({ quality }: Pick<Judged, "quality">): string {
  return `${quality.resolution}_${quality.level}`;
}

function classFigures(name: string, outcomes: readonly Outcome[]): Record<string, number> {
  const { field, code } = exactness(outcomes);
  const accepted = outcomes.filter((outcome) => outcome.accepted);
  const actedOn = sum(accepted.map((outcome) => outcome.actedOn));
  return {
    [`documents_${name}`]: outcomes.length,
    [`field_exact_${name}`]: field,
    [`code_exact_${name}`]: code,
    [`review_rate_${name}`]: share(outcomes, (outcome) => !outcome.accepted),
    [`silent_error_rate_${name}`]: actedOn === 0 ? 0 : sum(accepted.map((outcome) => outcome.actedOnWrong)) / actedOn,
    [`silent_error_documents_rate_${name}`]: share(accepted, (outcome) => outcome.actedOnWrong > 0),
    [`accepted_fields_${name}`]: actedOn,
  };
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(holds).length / items.length;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
