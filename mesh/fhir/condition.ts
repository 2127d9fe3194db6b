import type { ClaimDiagnosis, CodeableConcept, Condition } from "@medplum/fhirtypes";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { FieldReader } from "./field-reader.ts";
import type { ResourceMapper } from "./mapping.ts";
import { resourceId, roleNumber } from "./mapping.ts";

const ICD10CM_SYSTEM = "http://hl7.org/fhir/sid/icd-10-cm";
/** https://terminology.hl7.org/CodeSystem-condition-clinical.html */
const CLINICAL_STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical";
/** https://terminology.hl7.org/CodeSystem-condition-category.html */
const CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category";

/** Types whose diagnoses stand in their Claim or ExplanationOfBenefit instead. */
const ON_A_CLAIM: ReadonlySet<DocumentType> = new Set<DocumentType>([
  DocumentType.PRIOR_AUTHORIZATION_REQUEST,
  DocumentType.DETERMINATION_LETTER,
  DocumentType.CLAIM_FORM,
  DocumentType.EXPLANATION_OF_BENEFIT,
  DocumentType.APPEAL_LETTER,
]);

function diagnosisCodes(fields: FieldReader): readonly string[] {
  return fields.groups("diagnoses").flatMap((group) => fields.text(`${group}.icd10`) ?? []);
}

function concept(code: string): CodeableConcept {
  return { coding: [{ system: ICD10CM_SYSTEM, code }] };
}

/** Diagnoses as claims and explanations of benefit carry them. */
export function claimDiagnoses(fields: FieldReader): ClaimDiagnosis[] {
  return diagnosisCodes(fields).map((code, index) => ({ sequence: index + 1, diagnosisCodeableConcept: concept(code) }));
}

/** One condition a diagnosis, on documents that are no claims. */
export const condition: ResourceMapper = {
  resourceType: "Condition",
  roles: ({ understanding, fields }) =>
    ON_A_CLAIM.has(understanding.type) ? [] : diagnosisCodes(fields).map((_code, index) => `condition-${index}`),
  build: (role, source, link): Condition => ({
    resourceType: "Condition",
    id: resourceId(source.head.documentId, role),
    clinicalStatus: { coding: [{ system: CLINICAL_STATUS, code: "active" }] },
    category: [{ coding: [{ system: CATEGORY, code: "encounter-diagnosis" }] }],
    code: concept(diagnosisCodes(source.fields)[roleNumber(role)] ?? ""),
    subject: link.required("patient"),
  }),
};
