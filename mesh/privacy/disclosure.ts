import type { Purpose } from "./policy.ts";

/** Kinds of hub staff that a delivery is cut for. */
export const HUB_ROLES = ["reimbursement", "case_manager", "clinical"] as const;
export type HubRole = (typeof HUB_ROLES)[number];

/** Elements that every hub sees of whatever type: who, which coverage, which work, which original. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  Patient: ["identifier", "name", "birthDate"],
  Organization: ["identifier", "type", "name", "telecom"],
  Practitioner: ["identifier", "name", "telecom"],
  Coverage: ["status", "subscriber", "subscriberId", "beneficiary", "period", "payor", "class"],
  Task: ["status", "businessStatus", "intent", "priority", "code", "focus", "for", "authoredOn", "restriction"],
  DocumentReference: ["masterIdentifier", "status", "type", "subject", "date", "content"],
  Provenance: ["target", "recorded", "agent", "entity"],
};

const MEDICATION = ["status", "intent", "medicationCodeableConcept", "subject", "requester", "insurance"];
const CLAIM = ["identifier", "status", "type", "use", "patient", "created", "insurer", "provider", "priority", "insurance", "prescription"];
const ANSWER = ["status", "type", "use", "patient", "created", "insurer", "requestor", "request", "outcome", "disposition", "insurance"];
const ELIGIBILITY_REQUEST = ["status", "purpose", "patient", "created", "insurer", "insurance"];
const ELIGIBILITY = ["status", "purpose", "patient", "created", "requestor", "request", "outcome", "insurer", "insurance"];
const BENEFIT = [
  "identifier",
  "status",
  "type",
  "use",
  "patient",
  "created",
  "insurer",
  "provider",
  "outcome",
  "insurance",
  "prescription",
];
const REPORT = ["identifier", "status", "code", "subject", "effectiveDateTime"];
const CONDITION = ["clinicalStatus", "category", "code", "subject"];
const DISPENSE = ["authoredOn", "dosageInstruction", "dispenseRequest"];

/** Further elements by document type: what that type's work needs. A type that is not listed gets nothing more. */
const BY_TYPE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  prior_authorization_request: {
    Claim: [...CLAIM, "diagnosis", "item", "supportingInfo"],
    MedicationRequest: [...MEDICATION, ...DISPENSE],
  },
  determination_letter: {
    Claim: [...CLAIM, "diagnosis", "item"],
    ClaimResponse: [...ANSWER, "preAuthRef", "preAuthPeriod", "item", "addItem", "processNote"],
    MedicationRequest: MEDICATION,
  },
  eligibility_response: {
    CoverageEligibilityRequest: ELIGIBILITY_REQUEST,
    CoverageEligibilityResponse: ELIGIBILITY,
    MedicationRequest: MEDICATION,
  },
  benefit_summary: {
    CoverageEligibilityRequest: ELIGIBILITY_REQUEST,
    CoverageEligibilityResponse: ELIGIBILITY,
    MedicationRequest: MEDICATION,
  },
  claim_form: { Claim: [...CLAIM, "diagnosis", "item", "total"], MedicationRequest: MEDICATION },
  explanation_of_benefit: {
    ExplanationOfBenefit: [...BENEFIT, "preAuthRef", "preAuthRefPeriod", "disposition", "item", "total", "payment"],
    MedicationRequest: MEDICATION,
  },
  appeal_letter: {
    Claim: [...CLAIM, "subType", "related", "supportingInfo", "diagnosis", "item"],
    MedicationRequest: MEDICATION,
  },
  medical_record: { Condition: CONDITION, MedicationRequest: MEDICATION, DocumentReference: ["context"] },
  prescription: { Condition: CONDITION, MedicationRequest: [...MEDICATION, ...DISPENSE] },
  lab_result: { DiagnosticReport: REPORT, MedicationRequest: MEDICATION },
};

/** Further elements by kind of staff. */
const BY_ROLE: Readonly<Record<HubRole, Readonly<Record<string, readonly string[]>>>> = {
  reimbursement: {},
  // Calls the patient.
  case_manager: { Patient: ["telecom"] },
  clinical: { Condition: CONDITION, MedicationRequest: [...MEDICATION, ...DISPENSE], DocumentReference: ["context"] },
};

/** Laboratory values leave only for treatment, and only to clinical staff. */
const CLINICAL_TREATMENT: Readonly<Record<string, readonly string[]>> = {
  Observation: ["status", "category", "code", "subject", "effectiveDateTime", "valueQuantity", "interpretation"],
  DiagnosticReport: [...REPORT, "result"],
};

export interface DisclosureScope {
  readonly role: HubRole;
  /** Name such as `lab_result`. */
  readonly documentType: string;
  readonly purpose: Purpose;
}

/** Paths such as `Patient.name` that this role may get of this type for this purpose. Nobody gets a patient's address. */
export function allowedPaths({ role, documentType, purpose }: DisclosureScope): ReadonlySet<string> {
  const byType = Object.hasOwn(BY_TYPE, documentType) ? (BY_TYPE[documentType] ?? {}) : {};
  const tables = [ALWAYS, byType, BY_ROLE[role], ...(role === "clinical" && purpose === "TREAT" ? [CLINICAL_TREATMENT] : [])];
  const paths = tables.flatMap((table) =>
    Object.entries(table).flatMap(([type, elements]) => elements.map((element) => `${type}.${element}`)),
  );
  return new Set(paths);
}
