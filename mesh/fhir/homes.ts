import { REVIEW_ACTIONS } from "./claim-response.ts";
import { INTERPRETATIONS } from "./observation.ts";

/** Where a field's value stands in a bundle. */
export interface Home {
  /** Resource type and element path without indexes, for example `Claim.item.quantity.value`. */
  readonly path: string;
  /** What stands there for a value of a closed list, where it is not the value itself. */
  readonly values?: Readonly<Record<string, string | boolean>>;
}

const at = (...paths: readonly string[]): readonly Home[] => paths.map((path) => ({ path }));

/**
 * The FHIR home of every field, first choice first; which one applies follows from the document's type. The table is the
 * denominator of the completeness figure: a field that stands here and not in the bundle counts as lost.
 */
export const FHIR_HOMES: Readonly<Record<string, readonly Home[]>> = {
  "member.name": at("Patient.name.text"),
  "member.id": at("Patient.identifier.value"),
  "member.date_of_birth": at("Patient.birthDate"),
  "member.phone": at("Patient.telecom.value"),
  "subscriber.name": at("Coverage.subscriber.display"),
  "subscriber.id": at("Coverage.subscriberId"),
  "payer.name": at("Organization.name"),
  "plan.name": at("Coverage.class.name"),
  "group.number": at("Coverage.class.value"),
  "provider.name": at("Practitioner.name.text", "Organization.name"),
  "provider.npi": at("Practitioner.identifier.value", "Organization.identifier.value"),
  "provider.phone": at("Practitioner.telecom.value", "Organization.telecom.value"),
  "provider.fax": at("Practitioner.telecom.value", "Organization.telecom.value"),
  "drug.name": at("MedicationRequest.medicationCodeableConcept.text"),
  "drug.ndc": at("MedicationRequest.medicationCodeableConcept.coding.code"),
  "drug.strength": at("MedicationRequest.medicationCodeableConcept.text"),
  "drug.quantity": at("MedicationRequest.dispenseRequest.quantity.value"),
  "drug.days_supply": at("MedicationRequest.dispenseRequest.expectedSupplyDuration.value"),
  "drug.refills": at("MedicationRequest.dispenseRequest.numberOfRepeatsAllowed"),
  "drug.directions": at("MedicationRequest.dosageInstruction.text"),
  "diagnoses[].icd10": at(
    "Claim.diagnosis.diagnosisCodeableConcept.coding.code",
    "ExplanationOfBenefit.diagnosis.diagnosisCodeableConcept.coding.code",
    "Condition.code.coding.code",
  ),
  "services[].hcpcs": at(
    "Claim.item.productOrService.coding.code",
    "ExplanationOfBenefit.item.productOrService.coding.code",
    "CoverageEligibilityResponse.insurance.item.productOrService.coding.code",
  ),
  "services[].units": at("Claim.item.quantity.value", "ExplanationOfBenefit.item.quantity.value"),
  "request.date": at("Claim.created", "CoverageEligibilityRequest.created"),
  "request.urgency": [{ path: "Claim.priority.coding.code", values: { standard: "normal", expedited: "stat" } }],
  "letter.date": at("DocumentReference.content.attachment.creation"),
  decision: [
    { path: "ClaimResponse.item.adjudication.extension.extension.valueCodeableConcept.coding.code", values: REVIEW_ACTIONS },
    { path: "ClaimResponse.disposition" },
  ],
  "denial.reason": at("ClaimResponse.processNote.text", "Claim.supportingInfo.valueString", "ExplanationOfBenefit.disposition"),
  "authorization.number": at("ClaimResponse.preAuthRef", "Claim.insurance.preAuthRef", "ExplanationOfBenefit.preAuthRef"),
  "authorization.start_date": at("ClaimResponse.preAuthPeriod.start", "ExplanationOfBenefit.preAuthRefPeriod.start"),
  "authorization.end_date": at("ClaimResponse.preAuthPeriod.end", "ExplanationOfBenefit.preAuthRefPeriod.end"),
  "authorization.units": at("ClaimResponse.addItem.quantity.value"),
  "pend.requested_information": at("ClaimResponse.processNote.text"),
  "appeal.deadline_date": at("Task.restriction.period.end"),
  "appeal.level": at("Claim.subType.coding.code"),
  "appeal.reason": at("Claim.supportingInfo.valueString"),
  "eligibility.status": [{ path: "CoverageEligibilityResponse.insurance.inforce", values: { active: true, inactive: false } }],
  "coverage.effective_date": at("Coverage.period.start"),
  "coverage.end_date": at("Coverage.period.end"),
  "benefit.deductible_cents": at("CoverageEligibilityResponse.insurance.item.benefit.allowedMoney.value"),
  "benefit.deductible_met_cents": at("CoverageEligibilityResponse.insurance.item.benefit.usedMoney.value"),
  "benefit.out_of_pocket_max_cents": at("CoverageEligibilityResponse.insurance.item.benefit.allowedMoney.value"),
  "benefit.copay_cents": at("CoverageEligibilityResponse.insurance.item.benefit.allowedMoney.value"),
  "benefit.coinsurance_percent": at(
    "CoverageEligibilityResponse.insurance.item.benefit.allowedUnsignedInt",
    "CoverageEligibilityResponse.insurance.item.benefit.allowedString",
  ),
  "benefit.prior_authorization_required": [
    { path: "CoverageEligibilityResponse.insurance.item.authorizationRequired", values: { yes: true, no: false } },
  ],
  "claim.number": at("Claim.identifier.value", "ExplanationOfBenefit.identifier.value", "Claim.related.claim.identifier.value"),
  "claim.total_charge_cents": at("Claim.total.value", "ExplanationOfBenefit.total.amount.value"),
  "claim.total_allowed_cents": at("ExplanationOfBenefit.total.amount.value"),
  "claim.total_paid_cents": at("ExplanationOfBenefit.payment.amount.value"),
  "claim.patient_responsibility_cents": at("ExplanationOfBenefit.total.amount.value"),
  "lines[].service_date": at("Claim.item.servicedDate", "ExplanationOfBenefit.item.servicedDate"),
  "lines[].hcpcs": at("Claim.item.productOrService.coding.code", "ExplanationOfBenefit.item.productOrService.coding.code"),
  "lines[].units": at("Claim.item.quantity.value", "ExplanationOfBenefit.item.quantity.value"),
  "lines[].charge_cents": at("Claim.item.net.value", "ExplanationOfBenefit.item.adjudication.amount.value"),
  "lines[].allowed_cents": at("ExplanationOfBenefit.item.adjudication.amount.value"),
  "lines[].paid_cents": at("ExplanationOfBenefit.item.adjudication.amount.value"),
  "lines[].carc": at("ExplanationOfBenefit.item.adjudication.reason.coding.code"),
  "encounter.date": at("DocumentReference.context.period.start"),
  "prescription.written_date": at("MedicationRequest.authoredOn"),
  "lab.accession": at("DiagnosticReport.identifier.value"),
  "lab.collected_date": at("DiagnosticReport.effectiveDateTime"),
  "results[].test": at("Observation.code.text"),
  "results[].value": at("Observation.valueQuantity.value"),
  "results[].unit": at("Observation.valueQuantity.unit"),
  "results[].flag": [{ path: "Observation.interpretation.coding.code", values: INTERPRETATIONS }],
};
