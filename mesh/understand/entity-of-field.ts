import { FIELDS, fieldSpecName } from "../fields.ts";

/** What each field's value is when it stands in running text; fields that are no entity (choices, counts of days) are not here. */
const ENTITY_BY_FIELD: Readonly<Record<string, string>> = {
  "member.name": "PERSON",
  "subscriber.name": "PERSON",
  "provider.name": "PERSON",
  "member.id": "ID",
  "subscriber.id": "ID",
  "group.number": "ID",
  "authorization.number": "ID",
  "claim.number": "ID",
  "lab.accession": "ID",
  "provider.npi": "NPI",
  "member.phone": "PHONE",
  "provider.phone": "PHONE",
  "provider.fax": "PHONE",
  "payer.name": "PAYER",
  "plan.name": "PLAN",
  "drug.name": "DRUG",
  "drug.ndc": "NDC",
  "drug.strength": "STRENGTH",
  "drug.directions": "DIRECTIONS",
  "diagnoses[].icd10": "ICD10",
  "services[].hcpcs": "HCPCS",
  "lines[].hcpcs": "HCPCS",
  "lines[].carc": "CARC",
  "results[].test": "TEST",
  "denial.reason": "REASON",
  "appeal.reason": "REASON",
};

const ENTITY_BY_KIND: Readonly<Record<string, string>> = { date: "DATE", cents: "MONEY" };

/** Entity type of a field's value, `lines[0].hcpcs` or `lines[].hcpcs`; undefined when it is none. */
export function entityOf(fieldName: string): string | undefined {
  const name = fieldSpecName(fieldName);
  const kind = FIELDS.find((field) => field.name === name)?.kind ?? "";
  return ENTITY_BY_FIELD[name] ?? ENTITY_BY_KIND[kind];
}
