import type { DocumentType } from "../proto/document/v1/document.pb.ts";

/** How a value is normalised and compared. `code` values count as code tokens in the evaluation. */
export type FieldKind = "code" | "date" | "cents" | "percent" | "integer" | "decimal" | "name" | "text" | "choice";

export interface FieldSpec {
  /** Dotted name; `[]` marks a repeated group, written `[0]`, `[1]` … in values. */
  readonly name: string;
  readonly kind: FieldKind;
  /** Identifies or describes a person: sealed, masked, never in logs, subjects or file names. */
  readonly phi: boolean;
}

const field = (name: string, kind: FieldKind, phi = false): FieldSpec => ({ name, kind, phi });

/**
 * The one list of field names: what the corpus writes as truth, understanding extracts, FHIR maps, privacy masks.
 * Dates are ISO `YYYY-MM-DD`; cents are integers as text; ICD-10-CM keeps its point (`M05.79`); NDC is 11 digits without
 * hyphens; names are `First Last` as printed, in title or printed case; choices are the lower-case words listed beside them.
 */
export const FIELDS: readonly FieldSpec[] = [
  field("member.name", "name", true),
  field("member.id", "code", true),
  field("member.date_of_birth", "date", true),
  field("member.phone", "code", true),
  field("subscriber.name", "name", true),
  field("subscriber.id", "code", true),
  field("payer.name", "choice"),
  field("plan.name", "text"),
  field("group.number", "code"),
  field("provider.name", "name"),
  field("provider.npi", "code"),
  field("provider.phone", "code"),
  field("provider.fax", "code"),
  field("drug.name", "text"),
  field("drug.ndc", "code"),
  field("drug.strength", "text"),
  field("drug.quantity", "integer"),
  field("drug.days_supply", "integer"),
  field("drug.refills", "integer"),
  field("drug.directions", "text"),
  field("diagnoses[].icd10", "code", true),
  field("services[].hcpcs", "code"),
  field("services[].units", "integer"),
  field("request.date", "date"),
  field("request.urgency", "choice"), // standard | expedited
  field("letter.date", "date"),
  field("decision", "choice"), // approved | denied | pended | modified | partially_approved | cancelled
  field("denial.reason", "text"),
  field("authorization.number", "code"),
  field("authorization.start_date", "date"),
  field("authorization.end_date", "date"),
  field("authorization.units", "integer"),
  field("pend.requested_information", "text"),
  field("appeal.deadline_date", "date"),
  field("appeal.level", "choice"), // first | second | external
  field("appeal.reason", "text"),
  field("eligibility.status", "choice"), // active | inactive
  field("coverage.effective_date", "date"),
  field("coverage.end_date", "date"),
  field("benefit.deductible_cents", "cents"),
  field("benefit.deductible_met_cents", "cents"),
  field("benefit.out_of_pocket_max_cents", "cents"),
  field("benefit.copay_cents", "cents"),
  field("benefit.coinsurance_percent", "percent"),
  field("benefit.prior_authorization_required", "choice"), // yes | no
  field("claim.number", "code"),
  field("claim.total_charge_cents", "cents"),
  field("claim.total_allowed_cents", "cents"),
  field("claim.total_paid_cents", "cents"),
  field("claim.patient_responsibility_cents", "cents"),
  field("lines[].service_date", "date"),
  field("lines[].hcpcs", "code"),
  field("lines[].units", "integer"),
  field("lines[].charge_cents", "cents"),
  field("lines[].allowed_cents", "cents"),
  field("lines[].paid_cents", "cents"),
  field("lines[].carc", "code"),
  field("encounter.date", "date", true),
  field("prescription.written_date", "date"),
  field("lab.accession", "code"),
  field("lab.collected_date", "date", true),
  field("results[].test", "text", true),
  field("results[].value", "decimal", true),
  field("results[].unit", "text"),
  field("results[].flag", "choice", true), // normal | high | low
];

/** `diagnoses[2].icd10` → `diagnoses[].icd10`. */
export function fieldSpecName(name: string): string {
  return name.replace(/\[\d+\]/g, "[]");
}

const IDENTITY = ["member.name", "member.id", "member.date_of_birth", "payer.name"] as const;

/**
 * By document type: the fields a hub acts on. All must be present and trusted for a document to pass without a person.
 * A name with `[]` asks for at least one.
 */
export const ACTED_ON: Readonly<Partial<Record<DocumentType, readonly string[]>>> = {
  1: [...IDENTITY, "provider.npi", "drug.name", "diagnoses[].icd10", "services[].hcpcs", "request.urgency"],
  2: [...IDENTITY, "letter.date", "decision", "drug.name"],
  3: [...IDENTITY, "eligibility.status", "coverage.effective_date", "group.number"],
  4: [...IDENTITY, "provider.npi", "diagnoses[].icd10", "lines[].hcpcs", "lines[].charge_cents", "claim.total_charge_cents"],
  5: [...IDENTITY, "claim.number", "lines[].hcpcs", "lines[].paid_cents", "claim.total_paid_cents", "claim.patient_responsibility_cents"],
  6: [...IDENTITY, "letter.date", "appeal.level", "authorization.number", "drug.name"],
  7: [...IDENTITY, "plan.name", "benefit.deductible_cents", "benefit.out_of_pocket_max_cents"],
  8: ["member.name", "member.date_of_birth", "encounter.date", "provider.name", "diagnoses[].icd10"],
  9: ["member.name", "member.date_of_birth", "provider.npi", "drug.name", "drug.quantity", "prescription.written_date"],
  10: ["member.name", "member.date_of_birth", "lab.accession", "lab.collected_date", "results[].test", "results[].value"],
};

/** Further fields of a determination letter that depend on what was decided. */
export const ACTED_ON_BY_DECISION: Readonly<Record<string, readonly string[]>> = {
  approved: ["authorization.number", "authorization.start_date", "authorization.end_date"],
  modified: ["authorization.number", "authorization.start_date", "authorization.end_date"],
  partially_approved: ["authorization.number"],
  denied: ["denial.reason", "appeal.deadline_date"],
  pended: ["pend.requested_information"],
};
