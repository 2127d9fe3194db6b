import type { Random } from "./random.ts";

/** Words that payers and practices print beside a value, by field name. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  "member.name": ["Member Name", "Patient Name", "Member", "Patient", "Name of Member", "Enrollee Name"],
  "member.id": ["Member ID", "ID No.", "Identification Number", "Member Number", "Member ID Number", "Member ID #", "Insurance ID"],
  "member.date_of_birth": ["Date of Birth", "DOB", "Birth Date", "Member DOB", "Patient Date of Birth", "D.O.B."],
  "member.phone": ["Member Phone", "Patient Phone", "Home Phone", "Daytime Phone", "Patient Telephone"],
  "subscriber.name": ["Subscriber Name", "Subscriber", "Policyholder", "Insured's Name"],
  "subscriber.id": ["Subscriber ID", "Subscriber Number", "Policyholder ID"],
  "payer.name": ["Health Plan", "Payer", "Insurance Company", "Insurance", "Plan Sponsor / Payer"],
  "plan.name": ["Plan", "Plan Name", "Product", "Benefit Plan", "Plan Type"],
  "group.number": ["Group Number", "Group No.", "Group #", "Group", "Employer Group Number"],
  "provider.name": ["Provider Name", "Prescriber", "Requesting Provider", "Prescribing Physician", "Physician Name", "Ordering Provider"],
  "provider.npi": ["NPI", "NPI Number", "Provider NPI", "NPI #", "Prescriber NPI", "National Provider Identifier"],
  "provider.phone": ["Provider Phone", "Office Phone", "Phone Number", "Telephone", "Office Telephone"],
  "provider.fax": ["Provider Fax", "Office Fax", "Fax Number", "Fax", "Return Fax"],
  "drug.name": ["Drug Name", "Medication", "Drug Requested", "Medication Name", "Requested Drug", "Drug"],
  "drug.ndc": ["NDC", "NDC Number", "National Drug Code", "NDC #"],
  "drug.strength": ["Strength", "Dose / Strength", "Drug Strength", "Dosage Strength"],
  "drug.quantity": ["Quantity", "Qty", "Quantity Requested", "Dispense Quantity", "Disp"],
  "drug.days_supply": ["Days Supply", "Day Supply", "Days' Supply"],
  "drug.refills": ["Refills", "Number of Refills", "Refills Authorized"],
  "drug.directions": ["Directions", "Sig", "Directions for Use", "Dosing Instructions"],
  "diagnoses[].icd10": ["Diagnosis Code (ICD-10)", "ICD-10-CM", "Diagnosis", "ICD-10 Code", "Dx Code", "Diagnosis Code"],
  "services[].hcpcs": ["HCPCS Code", "HCPCS", "J-Code", "Procedure Code", "HCPCS / CPT", "Service Code"],
  "services[].units": ["Units", "Units Requested", "Number of Units", "Billing Units"],
  "request.date": ["Date of Request", "Request Date", "Date Submitted", "Date Received"],
  "request.urgency": ["Review Type", "Urgency", "Type of Request", "Request Type", "Priority"],
  "letter.date": ["Date", "Letter Date", "Date of Notice", "Notice Date", "Date of Letter"],
  decision: ["Decision", "Determination", "Status", "Outcome", "Coverage Decision"],
  "denial.reason": ["Reason for Denial", "Denial Reason", "Reason", "Basis for Decision", "Rationale"],
  "authorization.number": [
    "Authorization Number",
    "Auth #",
    "Prior Authorization Number",
    "Reference Number",
    "Authorization No.",
    "Approval Number",
  ],
  "authorization.start_date": ["Effective From", "Start Date", "Approved From", "Authorization Start Date", "Valid From", "Begin Date"],
  "authorization.end_date": [
    "Effective Through",
    "End Date",
    "Approved Through",
    "Authorization End Date",
    "Valid Through",
    "Expiration Date",
  ],
  "authorization.units": ["Approved Units", "Units Approved", "Authorized Units", "Units Authorized"],
  "pend.requested_information": ["Information Needed", "Additional Information Requested", "Documentation Requested", "Please Submit"],
  "appeal.deadline_date": ["Appeal By", "Appeal Deadline", "Last Day to Appeal", "Appeal Must Be Received By"],
  "appeal.level": ["Appeal Level", "Level of Appeal", "Level"],
  "appeal.reason": ["Reason for Appeal", "Grounds for Appeal", "Appeal Reason"],
  "eligibility.status": ["Eligibility Status", "Coverage Status", "Member Status", "Status", "Eligibility"],
  "coverage.effective_date": ["Effective Date", "Coverage Effective Date", "Coverage Begin", "Coverage Start Date", "Coverage From"],
  "coverage.end_date": ["Termination Date", "Coverage End Date", "Coverage Through", "Term Date", "Coverage To"],
  "benefit.deductible_cents": ["Individual Deductible", "Deductible", "Annual Deductible", "Deductible (Individual)"],
  "benefit.deductible_met_cents": ["Deductible Met", "Deductible Met to Date", "Amount Met Toward Deductible", "Deductible Satisfied"],
  "benefit.out_of_pocket_max_cents": ["Out-of-Pocket Maximum", "Out-of-Pocket Max", "Annual Out-of-Pocket Limit", "OOP Maximum"],
  "benefit.copay_cents": ["Copay", "Specialist Copay", "Copayment", "Office Visit Copay"],
  "benefit.coinsurance_percent": ["Coinsurance", "Member Coinsurance", "Coinsurance (Member Pays)"],
  "benefit.prior_authorization_required": ["Prior Authorization Required", "Precertification Required", "Authorization Required"],
  "claim.number": ["Claim Number", "Claim No.", "Claim #", "Claim ID"],
  "claim.total_charge_cents": ["Total Charge", "Total Charges", "Total Billed", "Amount Billed"],
  "claim.total_allowed_cents": ["Total Allowed", "Allowed Amount", "Plan Allowed"],
  "claim.total_paid_cents": ["Total Paid", "Plan Paid", "Amount Paid by Plan", "Total Plan Payment"],
  "claim.patient_responsibility_cents": [
    "Patient Responsibility",
    "Your Total Responsibility",
    "Amount You Owe",
    "Member Responsibility",
    "You May Owe",
  ],
  "encounter.date": ["Date of Service", "Visit Date", "Encounter Date", "Date of Visit"],
  "prescription.written_date": ["Date Written", "Written Date", "Date of Prescription", "Rx Date", "Date"],
  "lab.accession": ["Accession Number", "Accession #", "Accession", "Specimen ID", "Lab Accession No."],
  "lab.collected_date": ["Collected", "Date Collected", "Collection Date", "Specimen Collected"],
};

/** Picks one label per field and keeps it for the document. Throws RangeError on a field without labels. */
export function createLabels(random: Random): (name: string) => string {
  const chosen = new Map<string, string>();
  return (name) => {
    const known = chosen.get(name);
    if (known !== undefined) return known;
    const labels = LABELS[name];
    if (labels === undefined) throw new RangeError(`labelling the field "${name}": it has no printed label, it must stand in the list`);
    const label = random.fork(name).pick(labels);
    chosen.set(name, label);
    return label;
  };
}
