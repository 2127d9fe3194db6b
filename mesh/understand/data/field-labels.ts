/** How the text behind a label is read. */
export type ValueKind =
  | "identifier"
  | "name"
  | "date"
  | "npi"
  | "ndc"
  | "icd10"
  | "hcpcs"
  | "phone"
  | "money"
  | "percent"
  | "integer"
  | "unit_count"
  | "decimal"
  | "text"
  | "drug"
  | "strength"
  | "plan"
  | "yes_no"
  | "active"
  | "decision"
  | "level"
  | "urgency"
  | "payer"
  | "none";

/** Parts of a form that give a bare `Name`, `ID` or `Phone` its owner. */
export type SectionName = "member" | "subscriber" | "provider" | "payer" | "drug" | "plan" | "pharmacy";

/** Document types by short name, as the tables in this folder write them. */
export type TypeName = "pa" | "letter" | "eligibility" | "claim" | "eob" | "appeal" | "benefit" | "record" | "prescription" | "lab";

export interface FieldLabels {
  /** Name in mesh/fields.ts; empty for labels that only end the value before them. */
  readonly field: string;
  readonly kind: ValueKind;
  readonly labels: readonly string[];
  /** The label is too general and counts only inside these sections. */
  readonly sections?: readonly SectionName[];
  /** The label has this meaning only on these types. */
  readonly types?: readonly TypeName[];
}

/** Printed labels by field. Case, punctuation and look-alike characters do not matter. */
export const FIELD_LABELS: readonly FieldLabels[] = [
  { field: "appeal.level", kind: "level", labels: ["Re", "Subject", "Regarding"], types: ["appeal"] },
  { field: "provider.phone", kind: "phone", labels: ["Phone", "Telephone", "Phone Number", "Tel"], types: ["claim"] },
  { field: "letter.date", kind: "date", labels: ["Verified On", "Response Date", "Date Verified", "Verification Date", "Inquiry Date", "Report Date", "Date"], types: ["eligibility", "benefit"] },
  { field: "member.name", kind: "name", labels: ["Member Name", "Patient Name", "Patient's Name", "Member", "Patient", "Name of Patient", "Name of Member", "Member Full Name", "Patient Full Name", "Member / Patient", "Patient / Member", "Enrollee", "Enrollee Name", "Beneficiary", "Beneficiary Name", "Covered Person", "Patient Name (Last, First)", "Insured Member", "Member/Patient Name", "RE Member", "Regarding Member"] },
  { field: "member.name", kind: "name", labels: ["Name", "Full Name", "First and Last Name"], sections: ["member"] },
  { field: "member.id", kind: "identifier", labels: ["Member ID", "Member ID Number", "Member Number", "Member No", "Member #", "Member Identification Number", "Member Identification", "Patient ID", "Patient Member ID", "Insurance ID", "Insurance ID Number", "Insured's ID Number", "Insured ID", "Insured's I.D. Number", "ID Number", "Identification Number", "Policy Number", "Policy ID", "Enrollee ID", "Beneficiary ID", "Cardholder ID", "Health Plan ID", "Member I.D.", "Mbr ID", "ID No", "Card ID", "Member ID/Policy Number"] },
  { field: "member.id", kind: "identifier", labels: ["ID"], sections: ["member"] },
  { field: "member.date_of_birth", kind: "date", labels: ["Date of Birth", "DOB", "Birth Date", "Birthdate", "D.O.B.", "Patient DOB", "Member DOB", "Patient Date of Birth", "Member Date of Birth", "Patient's Birth Date", "Born", "Patient Birth Date"] },
  { field: "member.phone", kind: "phone", labels: ["Member Phone", "Patient Phone", "Patient Telephone", "Member Telephone", "Home Phone", "Patient Phone Number", "Member Phone Number", "Cell Phone", "Daytime Phone"] },
  { field: "member.phone", kind: "phone", labels: ["Phone", "Telephone", "Phone Number", "Tel", "Phone No"], sections: ["member"] },
  { field: "subscriber.name", kind: "name", labels: ["Subscriber Name", "Subscriber", "Insured's Name", "Insured Name", "Policyholder", "Policy Holder", "Policyholder Name", "Cardholder Name", "Name of Insured", "Name of Subscriber", "Policy Holder Name"] },
  { field: "subscriber.name", kind: "name", labels: ["Name", "Full Name"], sections: ["subscriber"] },
  { field: "subscriber.id", kind: "identifier", labels: ["Subscriber ID", "Subscriber Number", "Subscriber ID Number", "Policyholder ID", "Subscriber No", "Subscriber #", "Subscriber Identification Number"] },
  { field: "payer.name", kind: "payer", labels: ["Payer", "Payer Name", "Health Plan", "Insurance Company", "Insurer", "Insurance Carrier", "Carrier", "Insurance", "Health Plan Name", "Primary Insurance", "Insurance Plan", "Insurance Name", "Plan Sponsor / Payer"] },
  { field: "plan.name", kind: "plan", labels: ["Plan Name", "Plan", "Plan Type", "Benefit Plan", "Product", "Product Name", "Coverage Plan", "Insurance Plan Name", "Your Plan", "Plan / Product", "Health Plan Product"] },
  { field: "group.number", kind: "identifier", labels: ["Group Number", "Group No", "Group #", "Group ID", "Group", "Grp", "Grp #", "Policy Group", "Employer Group Number", "Group Policy Number", "Policy Group Number", "Grp No", "Group/Policy Number", "Insured's Policy Group Number"] },
  { field: "provider.name", kind: "name", labels: ["Provider Name", "Provider", "Prescriber", "Prescriber Name", "Prescribing Provider", "Prescribing Physician", "Requesting Provider", "Requesting Provider Name", "Requesting Physician", "Ordering Provider", "Ordering Physician", "Physician", "Physician Name", "Rendering Provider", "Billing Provider", "Billing Provider Name", "Referring Provider", "Attending Physician", "Attending Provider", "Treating Provider", "Treating Physician", "Ordered By", "Doctor", "Practitioner", "Seen By", "Signed By", "Electronically Signed By", "Rendering Physician", "Servicing Provider", "Prescribed By", "Provider Full Name", "Clinician"] },
  { field: "provider.name", kind: "name", labels: ["Name", "Full Name"], sections: ["provider"] },
  { field: "provider.npi", kind: "npi", labels: ["NPI", "NPI Number", "NPI #", "NPI No", "Provider NPI", "Prescriber NPI", "Physician NPI", "Requesting Provider NPI", "Rendering Provider NPI", "Billing Provider NPI", "Ordering Provider NPI", "National Provider Identifier", "Individual NPI", "Rendering NPI", "Billing NPI", "Prescriber NPI Number", "Provider NPI Number"] },
  { field: "provider.phone", kind: "phone", labels: ["Provider Phone", "Prescriber Phone", "Office Phone", "Physician Phone", "Provider Telephone", "Prescriber Telephone", "Office Telephone", "Practice Phone", "Clinic Phone"] },
  { field: "provider.phone", kind: "phone", labels: ["Phone", "Telephone", "Phone Number", "Tel", "Phone No"], sections: ["provider"] },
  { field: "provider.fax", kind: "phone", labels: ["Provider Fax", "Prescriber Fax", "Office Fax", "Physician Fax", "Practice Fax", "Clinic Fax"] },
  { field: "provider.fax", kind: "phone", labels: ["Fax", "Fax Number", "Fax No", "Return Fax"], sections: ["provider"] },
  { field: "provider.fax", kind: "phone", labels: ["Fax", "Fax Number", "Fax No", "Return Fax"], types: ["pa", "prescription", "record", "appeal"] },
  { field: "provider.phone", kind: "phone", labels: ["Phone", "Telephone", "Phone Number", "Tel"], types: ["pa", "prescription", "record", "appeal"] },
  { field: "drug.name", kind: "drug", labels: ["Drug Name", "Drug", "Medication", "Medication Name", "Medication Requested", "Requested Medication", "Requested Drug", "Drug Requested", "Name of Drug", "Prescribed Medication", "Product Requested", "Requested Service", "Service Requested", "Brand Name", "Requested Medication / Service", "Drug / Service", "Medication / Service", "Rx", "Prescription Drug"] },
  { field: "drug.ndc", kind: "ndc", labels: ["NDC", "NDC Number", "NDC Code", "NDC #", "National Drug Code", "NDC (11 digit)", "Drug NDC", "NDC No", "NDC-11"] },
  { field: "drug.strength", kind: "strength", labels: ["Strength", "Dose", "Dosage", "Drug Strength", "Dose / Strength", "Strength / Form", "Dosage Form", "Dosage / Strength", "Strength and Form", "Strength/Dose", "Dosage Strength"] },
  { field: "drug.quantity", kind: "integer", labels: ["Quantity", "Qty", "Quantity Requested", "Dispense", "Quantity Dispensed", "Disp", "Dispense Quantity", "Qty Requested", "Dispense Qty", "Quantity Prescribed", "Quantity per Fill", "Amount", "Dispense #"], types: ["pa", "letter", "appeal", "prescription", "record", "benefit"] },
  { field: "drug.days_supply", kind: "integer", labels: ["Days Supply", "Day Supply", "Days' Supply", "Supply (days)", "Days of Supply", "Day's Supply", "Days Sup", "Days"], types: ["pa", "letter", "appeal", "prescription", "record", "benefit"] },
  { field: "drug.refills", kind: "integer", labels: ["Refills", "Refill", "Number of Refills", "Refills Authorized", "No. of Refills", "Refill(s)", "Refills Allowed"] },
  { field: "drug.directions", kind: "text", labels: ["Directions", "Sig", "Directions for Use", "Instructions", "Dosing Instructions", "Directions (Sig)", "Sig / Directions", "Dosing Schedule", "Directions for Administration"] },
  { field: "diagnoses[].icd10", kind: "icd10", labels: ["Diagnosis", "Diagnosis Code", "Diagnosis Codes", "Diagnosis Code(s)", "ICD-10", "ICD-10 Code", "ICD-10 Codes", "ICD-10-CM", "ICD-10 Code(s)", "ICD-10-CM Code", "ICD Code", "Dx", "Dx Code", "Diagnoses", "Primary Diagnosis", "Secondary Diagnosis", "ICD-10 Diagnosis", "Diagnosis (ICD-10)", "ICD-10 Diagnosis Code", "Dx Codes", "Diagnosis Code (ICD-10)", "Diagnosis ICD-10", "Diagnosis or Nature of Illness or Injury", "ICD-10-CM Codes", "Diagnosis (ICD-10-CM)", "Assessment", "Diagnosis A", "Diagnosis B", "Diagnosis C", "Diagnosis D", "Diagnosis E", "Diagnosis 1", "Diagnosis 2", "Diagnosis 3"] },
  { field: "services[].hcpcs", kind: "hcpcs", labels: ["HCPCS", "HCPCS Code", "HCPCS Codes", "CPT", "CPT Code", "CPT/HCPCS", "HCPCS/CPT", "CPT / HCPCS Code", "Procedure Code", "Procedure Codes", "Procedure", "J-Code", "J Code", "Service Code", "HCPCS / CPT", "HCPCS/CPT Code", "Billing Code", "CPT/HCPCS Code"] },
  { field: "services[0].units", kind: "integer", labels: ["Units", "Units Requested", "Number of Units", "HCPCS Units", "Billing Units", "Requested Units", "No. of Units"], types: ["pa", "letter", "appeal", "prescription", "record", "benefit"] },
  { field: "request.date", kind: "date", labels: ["Date of Request", "Request Date", "Date Requested", "Date Submitted", "Submission Date", "Today's Date", "Date Received", "Received Date", "Requested On"] },
  { field: "request.date", kind: "date", labels: ["Date", "Dated"], types: ["pa"] },
  { field: "request.urgency", kind: "urgency", labels: ["Urgency", "Review Type", "Request Type", "Type of Request", "Type of Review", "Priority", "Review Urgency", "Review Priority", "Processing"] },
  { field: "letter.date", kind: "date", labels: ["Letter Date", "Notice Date", "Date of Notice", "Date of Letter", "Date Issued", "Issue Date", "Date of this Notice", "Notification Date", "Decision Date", "Determination Date", "Date of Decision", "Mailed", "Date Mailed"] },
  { field: "letter.date", kind: "date", labels: ["Date", "Dated"], types: ["letter", "appeal"] },
  { field: "letter.date", kind: "date", labels: ["Statement Date", "Date Processed", "Process Date"], types: ["eob"] },
  { field: "decision", kind: "decision", labels: ["Decision", "Determination", "Status", "Outcome", "Request Status", "Authorization Status", "Our Decision", "Review Outcome", "Case Status", "Determination Status", "Decision Status", "Coverage Decision"], types: ["letter"] },
  { field: "denial.reason", kind: "text", labels: ["Reason for Denial", "Denial Reason", "Reason", "Reason for Decision", "Reason for our Decision", "Rationale", "Denial Rationale", "Reason for Determination", "Clinical Rationale", "Why we denied", "Basis for Denial", "Basis for Decision"], types: ["letter"] },
  { field: "authorization.number", kind: "identifier", labels: ["Authorization Number", "Authorization No", "Authorization #", "Authorization ID", "Auth Number", "Auth #", "Auth No", "Prior Authorization Number", "Prior Authorization No", "PA Number", "PA #", "PA Reference", "Reference Number", "Reference #", "Reference No", "Reference", "Case Number", "Case ID", "Case #", "Case No", "Case Reference", "Request Number", "Request ID", "Tracking Number", "Approval Number", "Certification Number", "Auth Ref", "Authorization Reference", "Determination Number", "Authorization", "Prior Auth Number", "Prior Auth #", "Prior Auth No"] },
  { field: "authorization.start_date", kind: "date", labels: ["Start Date", "Authorization Start Date", "Approved From", "Valid From", "Effective From", "Authorization Start", "Approval Start Date", "Auth Start", "Authorization Begin Date", "Begin Date", "Service Start Date", "Approval Start", "Approved Start Date", "From Date", "Effective From"], types: ["letter"] },
  { field: "authorization.start_date", kind: "date", labels: ["From", "Effective Date", "Effective", "Start"], types: ["letter"] },
  { field: "authorization.end_date", kind: "date", labels: ["End Date", "Authorization End Date", "Approved Through", "Approved To", "Valid Through", "Valid Until", "Valid To", "Expiration Date", "Expires", "Expires On", "Authorization End", "Approval End Date", "Auth End", "Service End Date", "Approved Until", "Approval End", "To Date", "Through Date", "Authorization Expiration Date", "Effective Through"], types: ["letter"] },
  { field: "authorization.end_date", kind: "date", labels: ["To", "Through", "Until", "End"], types: ["letter"] },
  { field: "authorization.units", kind: "integer", labels: ["Approved Units", "Units Approved", "Authorized Units", "Units Authorized", "Quantity Approved", "Approved Quantity", "Authorized Quantity"], types: ["letter"] },
  { field: "authorization.units", kind: "integer", labels: ["Units"], types: ["letter"] },
  { field: "pend.requested_information", kind: "text", labels: ["Information Requested", "Additional Information Requested", "Requested Information", "Information Needed", "Additional Information Needed", "Additional Information Required", "Missing Information", "Documents Needed", "What we need", "Needed Information", "Documentation Requested", "Please submit"], types: ["letter"] },
  { field: "appeal.deadline_date", kind: "date", labels: ["Appeal Deadline", "Appeal By", "Appeal Due Date", "Appeal must be received by", "Appeal Filing Deadline", "Last Day to Appeal", "Deadline to Appeal", "File Appeal By", "Deadline for Appeal", "Appeal Deadline Date", "Appeal Must Be Received"] },
  { field: "appeal.level", kind: "level", labels: ["Appeal Level", "Level of Appeal", "Level", "Appeal Type", "Type of Appeal"], types: ["appeal"] },
  { field: "appeal.reason", kind: "text", labels: ["Reason for Appeal", "Appeal Reason", "Grounds for Appeal", "Basis for Appeal", "Basis of Appeal", "Reason"], types: ["appeal"] },
  { field: "eligibility.status", kind: "active", labels: ["Eligibility Status", "Coverage Status", "Status", "Member Status", "Eligibility", "Policy Status", "Enrollment Status", "Plan Status"], types: ["eligibility"] },
  { field: "coverage.effective_date", kind: "date", labels: ["Effective Date", "Coverage Effective Date", "Coverage Effective", "Coverage Begin Date", "Coverage Start", "Coverage Start Date", "Plan Begin Date", "Eligibility Begin Date", "Plan Effective Date", "Effective", "Coverage Begin", "Begin Date", "Start Date", "Policy Effective Date", "Coverage From"], types: ["eligibility", "benefit"] },
  { field: "coverage.end_date", kind: "date", labels: ["Termination Date", "Coverage End Date", "Coverage End", "Term Date", "End Date", "Plan End Date", "Coverage Termination Date", "Eligibility End Date", "Expiration Date", "Coverage Through", "Coverage To"], types: ["eligibility", "benefit"] },
  { field: "benefit.deductible_cents", kind: "money", labels: ["Deductible", "Annual Deductible", "Individual Deductible", "Deductible (Individual)", "Plan Deductible", "Yearly Deductible", "Calendar Year Deductible", "Deductible Individual", "Total Deductible", "Medical Deductible"] },
  { field: "benefit.deductible_met_cents", kind: "money", labels: ["Deductible Met", "Deductible Met to Date", "Deductible Satisfied", "Met to Date", "Deductible Used", "Deductible Applied", "Amount Met", "Deductible Year to Date", "Deductible Paid to Date", "Deductible Accumulated", "Amount Met Toward Deductible"] },
  { field: "benefit.out_of_pocket_max_cents", kind: "money", labels: ["Out-of-Pocket Maximum", "Out of Pocket Max", "OOP Max", "Out-of-Pocket Limit", "Out-of-Pocket Max", "Maximum Out-of-Pocket", "Annual Out-of-Pocket Maximum", "Annual Out-of-Pocket Limit", "OOP Maximum", "Individual Out-of-Pocket Maximum", "Out of Pocket Maximum (Individual)", "MOOP", "Out-of-Pocket Maximum Individual", "Yearly Out-of-Pocket Limit"] },
  { field: "benefit.copay_cents", kind: "money", labels: ["Copay", "Co-pay", "Copayment", "Specialty Copay", "Specialist Copay", "Specialty Drug Copay", "Co-payment", "Specialty Copayment", "Office Visit Copay", "Copay Amount", "Specialty Tier Copay"] },
  { field: "benefit.coinsurance_percent", kind: "percent", labels: ["Coinsurance", "Co-insurance", "Member Coinsurance", "Coinsurance Rate", "Coinsurance Percent", "Specialty Coinsurance", "Coinsurance %", "Coinsurance (Member Pays)"] },
  { field: "benefit.prior_authorization_required", kind: "yes_no", labels: ["Prior Authorization Required", "PA Required", "Prior Auth Required", "Authorization Required", "Is prior authorization required", "Precertification Required", "Requires Prior Authorization", "Prior Authorization Needed"] },
  { field: "claim.number", kind: "identifier", labels: ["Claim Number", "Claim No", "Claim #", "Claim ID", "Claim", "Claim Reference", "Claim Control Number", "Internal Control Number", "ICN", "DCN", "Payer Claim Number", "Claim Reference Number", "Patient Control Number", "Payer Claim Control Number"], types: ["claim", "eob"] },
  { field: "claim.total_charge_cents", kind: "money", labels: ["Total Charge", "Total Charges", "Total Charged", "Total Billed", "Total Amount Billed", "Total Billed Charges", "Total Claim Charge", "Amount Billed", "Billed Amount", "Charges Total", "Total Submitted"], types: ["claim", "eob"] },
  { field: "claim.total_allowed_cents", kind: "money", labels: ["Total Allowed", "Total Allowed Amount", "Allowed Amount", "Plan Allowed", "Amount Allowed", "Total Amount Allowed", "Plan Allowance"], types: ["eob"] },
  { field: "claim.total_paid_cents", kind: "money", labels: ["Total Paid", "Total Plan Paid", "Plan Paid", "Amount Paid", "Total Amount Paid", "Total Payment", "Plan Payment", "Paid by Plan", "Total Paid by Plan", "We Paid", "Your plan paid", "Amount Paid by Plan", "Total Plan Payment", "Payment Amount", "What your plan paid"], types: ["eob"] },
  { field: "claim.patient_responsibility_cents", kind: "money", labels: ["Patient Responsibility", "Member Responsibility", "Your Responsibility", "Your Total Responsibility", "Amount You Owe", "You May Owe", "What You Owe", "Total Patient Responsibility", "Patient Owes", "You Owe", "Total You Owe", "Your Share", "Total Member Responsibility", "Patient Balance", "Amount you may owe", "Your total cost"], types: ["eob"] },
  { field: "encounter.date", kind: "date", labels: ["Date of Visit", "Visit Date", "Encounter Date", "Date of Service", "Service Date", "Date of Encounter", "Office Visit Date", "DOS", "Seen On", "Visit", "Encounter"], types: ["record"] },
  { field: "encounter.date", kind: "date", labels: ["Date"], types: ["record"] },
  { field: "prescription.written_date", kind: "date", labels: ["Date Written", "Written Date", "Date of Prescription", "Prescription Date", "Rx Date", "Date Prescribed", "Date Issued", "Issue Date", "Prescribed On", "Written On", "Written"], types: ["prescription"] },
  { field: "prescription.written_date", kind: "date", labels: ["Date"], types: ["prescription"] },
  { field: "lab.accession", kind: "identifier", labels: ["Accession", "Accession Number", "Accession No", "Accession #", "Lab ID", "Specimen ID", "Specimen Number", "Lab Number", "Order Number", "Requisition Number", "Sample ID", "Accession ID", "Lab Accession", "Lab Accession No"], types: ["lab"] },
  { field: "lab.collected_date", kind: "date", labels: ["Collected", "Date Collected", "Collection Date", "Collected Date", "Specimen Collected", "Collection Date/Time", "Date of Collection", "Collected On", "Drawn", "Date Drawn", "Collection"], types: ["lab"] },
  { field: "", kind: "none", labels: ["Address", "Gender", "Sex", "Age", "Weight", "Height", "Allergies", "City", "State", "Zip", "Zip Code", "Page", "Email", "Relationship", "Relationship to Subscriber", "Signature", "Specialty", "Tax ID", "TIN", "DEA", "DEA Number", "License", "Date Reported", "Reported", "Received", "Specimen", "Fasting", "Contact", "Contact Person", "Contact Name", "Place of Service", "Facility", "From", "To", "Subject", "Pages", "Number of Pages", "Comments", "Fax", "Fax Number", "Phone", "Phone Number", "Telephone", "Tel", "Status", "Date", "Network", "Tier", "Frequency", "Route", "Form", "Dosage Form", "Remarks", "Notes", "Chief Complaint", "Vitals", "Plan of Care", "Modifier", "Reviewer", "Medical Director", "Test", "Result", "Reference Range", "Flag", "Description", "Name", "ID", "Effective Date", "End Date", "Start Date", "Termination Date", "Expiration Date", "Account Number", "MRN", "Medical Record Number", "Lot", "Pharmacy", "Pharmacy Name", "Pharmacy NPI", "Pharmacy Phone", "PCP", "Primary Care Provider", "Rx BIN", "BIN", "PCN", "Rx Group", "RxGrp", "RxBIN", "RxPCN", "Employer", "Website", "Member Services", "Customer Service", "Previous Therapy", "Prior Therapies", "Date of Denial", "Denial Date", "Original Decision Date", "Check Number", "Check Date", "Payment Date", "Processed"] },
];
