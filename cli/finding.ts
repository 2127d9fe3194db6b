import { DocumentType, type Understanding } from "../proto/document/v1/document.pb.ts";

/** How the outcome table tells amounts. */
function dollars(cents: string | undefined): string | undefined {
  if (cents === undefined || !/^-?\d+$/.test(cents)) return undefined;
  return new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(Number(cents) / 100);
}

type Values = (name: string) => string | undefined;

/** By document type: the one thing a hub wants to know first. Undefined when the document did not say it. */
const FINDINGS: Readonly<Partial<Record<DocumentType, (value: Values, understanding: Understanding) => string | undefined>>> = {
  [DocumentType.PRIOR_AUTHORIZATION_REQUEST]: (value) => join(value("request.urgency"), "request", value("drug.name")),
  [DocumentType.DETERMINATION_LETTER]: (_value, understanding) =>
    understanding.decision === "" ? undefined : understanding.decision.replaceAll("_", " "),
  [DocumentType.ELIGIBILITY_RESPONSE]: (value) => join("coverage", value("eligibility.status")),
  [DocumentType.CLAIM_FORM]: (value) => join("charge", dollars(value("claim.total_charge_cents"))),
  [DocumentType.EXPLANATION_OF_BENEFIT]: (value) => join("paid", dollars(value("claim.total_paid_cents"))),
  [DocumentType.APPEAL_LETTER]: (value) => join(value("appeal.level"), "level appeal"),
  [DocumentType.BENEFIT_SUMMARY]: (value) => join("deductible", dollars(value("benefit.deductible_cents"))),
  [DocumentType.MEDICAL_RECORD]: (_value, understanding) => countOf(understanding, /^diagnoses\[\d+\]\.icd10$/, "diagnosis", "diagnoses"),
  [DocumentType.PRESCRIPTION]: (value) => value("drug.name"),
  [DocumentType.LAB_RESULT]: (_value, understanding) => countOf(understanding, /^results\[\d+\]\.value$/, "result", "results"),
};

/** Decision or finding of a document in a few words, for the outcome table. Holds no name, date or identifier of a person. */
export function findingOf(understanding: Understanding): string | undefined {
  const value: Values = (name) => understanding.fields.find((field) => field.name === name)?.value;
  return FINDINGS[understanding.type]?.(value, understanding);
}

/** Undefined when any part is missing, so that the table never shows half a sentence. */
function join(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.some((part) => part === undefined || part === "") ? undefined : parts.join(" ");
}

function countOf(understanding: Understanding, name: RegExp, one: string, many: string): string | undefined {
  const count = understanding.fields.filter((field) => name.test(field.name)).length;
  return count === 0 ? undefined : `${count} ${count === 1 ? one : many}`;
}
