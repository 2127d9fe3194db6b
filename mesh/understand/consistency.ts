import type { FieldCandidate } from "./candidate.ts";
import type { CodeBook } from "./code-book.ts";
import type { ResolvedField } from "./resolve.ts";

/** Total of a claim and the line column that must add up to it. */
const TOTALS: readonly (readonly [total: string, column: string])[] = [
  ["claim.total_charge_cents", "charge_cents"],
  ["claim.total_allowed_cents", "allowed_cents"],
  ["claim.total_paid_cents", "paid_cents"],
];

/** Marks the values that agree with others: totals that are the sum of their lines, codes that fit the drug. */
export function withConsistency(fields: readonly ResolvedField[], book: CodeBook): ResolvedField[] {
  const consistent = new Set([...TOTALS.flatMap(([total, column]) => summed(fields, total, column)), ...drugAgreement(fields, book)]);
  return fields.map((field) => (consistent.has(field.name) ? marked(field) : field));
}

function summed(fields: readonly ResolvedField[], total: string, column: string): string[] {
  const lines = fields.filter((field) => field.name.startsWith("lines[") && field.name.endsWith(`.${column}`));
  const printed = fields.find((field) => field.name === total);
  if (printed === undefined || lines.length === 0) return [];
  const sum = lines.reduce((all, line) => all + Number(line.support.best.value), 0);
  return sum === Number(printed.support.best.value) ? [total, ...lines.map((line) => line.name)] : [];
}

/** Drug name, NDC, HCPCS code and diagnosis of one drug of the list confirm each other. */
function drugAgreement(fields: readonly ResolvedField[], book: CodeBook): string[] {
  const valueOf = (name: string) => fields.find((field) => field.name === name)?.support.best.value;
  const name = valueOf("drug.name")?.toLowerCase();
  const named = book.drugs.find((drug) => drug.brand.toLowerCase() === name || drug.generic.toLowerCase() === name);
  const drug = named ?? book.drugByNdc.get(valueOf("drug.ndc") ?? "");
  if (drug === undefined) return [];
  const fitting = fields.filter(({ name: field, support: { best } }) => {
    if (field === "drug.ndc") return best.value === drug.ndc;
    if (field.endsWith(".hcpcs")) return best.value === drug.hcpcs;
    if (field.endsWith(".icd10")) return drug.indications.includes(best.value);
    return field === "drug.strength" && drug.strengths.includes(best.value);
  });
  return fitting.length === 0 ? [] : ["drug.name", ...fitting.map((field) => field.name)];
}

function marked(field: ResolvedField): ResolvedField {
  const best: FieldCandidate = { ...field.support.best, evidence: { ...field.support.best.evidence, consistent: true } };
  return { ...field, support: { ...field.support, best } };
}
