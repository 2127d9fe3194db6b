import { FIELDS, fieldSpecName } from "../fields.ts";
import type { FieldGroup } from "./confidence.ts";

/** Codes whose value a check digit, a list or a fixed form can confirm. */
const CHECKED = new Set([
  "provider.npi",
  "drug.ndc",
  "drug.name",
  "diagnoses[].icd10",
  "services[].hcpcs",
  "lines[].hcpcs",
  "lines[].carc",
  "payer.name",
  "results[].test",
]);
const kinds = new Map(FIELDS.map((field) => [field.name, field.kind]));

/** The confidence group of a field by its name. */
export function fieldGroup(name: string): FieldGroup {
  const spec = fieldSpecName(name);
  if (CHECKED.has(spec)) return "checked_code";
  const kind = kinds.get(spec);
  if (kind === "code") return "plain_code";
  if (kind === "cents") return "money";
  if (kind === "integer" || kind === "decimal" || kind === "percent") return "number";
  return kind ?? "text";
}
