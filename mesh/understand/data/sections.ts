import type { SectionName } from "./field-labels.ts";

/** Headings of form parts; `other` ends the part before it. */
export const SECTION_HEADINGS: Readonly<Record<SectionName | "other", readonly string[]>> = {
  member: ["Member Information", "Patient Information", "Member", "Patient", "Member Details", "Patient Details", "Patient Demographics", "Member / Patient Information", "Patient and Insured Information", "About the Member", "About the Patient", "Enrollee Information", "Member Data", "Patient Data", "Patient Identification"],
  subscriber: ["Subscriber Information", "Subscriber", "Policyholder Information", "Insured Information", "Subscriber Details", "Insured"],
  provider: ["Provider Information", "Prescriber Information", "Requesting Provider", "Requesting Provider Information", "Prescriber", "Prescriber Details", "Provider", "Physician Information", "Ordering Provider", "Ordering Physician", "Ordering Provider Information", "Prescribing Provider", "Prescribing Provider Information", "Billing Provider", "Billing Provider Information", "Rendering Provider", "Provider Details", "Rendering Provider Information", "Treating Provider", "Requesting Prescriber", "Physician or Supplier Information"],
  payer: ["Insurance Information", "Payer Information", "Health Plan Information", "Coverage Information", "Insurance", "Payer", "Coverage", "Insurance Details"],
  drug: ["Medication Information", "Drug Information", "Medication Requested", "Requested Medication", "Prescription", "Drug Requested", "Medication", "Medication Details", "Drug Details", "Prescription Information", "Medication / Service Requested", "Requested Drug"],
  plan: ["Plan Information", "Benefit Information", "Plan Details", "Benefits", "Plan Benefits", "Benefit Summary"],
  pharmacy: ["Pharmacy Information", "Dispensing Pharmacy", "Pharmacy", "Facility Information", "Facility", "Service Facility", "Place of Service Information"],
  other: ["Diagnosis Information", "Clinical Information", "Diagnosis", "Services Requested", "Service Lines", "Service Information", "Attestation", "Signature", "Comments", "Results", "Claim Information", "Claim Summary", "Claim Details", "Request Information", "Test Results", "Laboratory Results", "Clinical Notes", "Assessment", "Assessment and Plan", "History", "Specimen Information", "Order Information", "Appeal Rights", "Your Appeal Rights", "Decision Details", "Authorization Details", "Authorization Information", "Diagnoses", "Determination"],
};
