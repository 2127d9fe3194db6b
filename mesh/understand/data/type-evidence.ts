import type { TypeName } from "./field-labels.ts";

/** Phrases that speak for a type: `title` in a heading, `phrase` anywhere, `label` as a field label. */
export interface TypeEvidence {
  readonly titles: readonly string[];
  /** Regular expressions over a short heading in lower case; the second must not match. */
  readonly headings: readonly [is: string, isNot: string];
  readonly phrases: readonly string[];
  /** Sentences that only this type says. */
  readonly statements: readonly string[];
  readonly labels: readonly string[];
  /** Words of a file name. */
  readonly fileWords: readonly string[];
}

export const TYPE_EVIDENCE: Readonly<Record<TypeName, TypeEvidence>> = {
  pa: {
    titles: ["Prior Authorization Request", "Prior Authorization Request Form", "Prior Authorization Form", "Precertification Request", "Precertification Request Form", "Medication Prior Authorization", "Specialty Drug Prior Authorization", "Coverage Determination Request", "Request for Prior Authorization", "Prior Auth Request", "Specialty Medication Precertification Request", "Drug Prior Authorization Request", "Request for Coverage Determination", "Request for Medicare Prescription Drug Coverage Determination", "Authorization Request", "Pre-Authorization Request", "Preauthorization Request", "Specialty Medication Request", "Statement of Medical Necessity", "Medical Drug Authorization Request"],
    headings: ["prior.?auth|pre.?cert|pre.?auth|medical necessity form|authorization request|request for (?:coverage|authorization|prior)|coverage (?:determination )?request", "notice|decision|determination$|status|approv|deni|appeal|number|required|department|letter of"],
    phrases: ["requesting provider", "urgent request", "expedited review", "check one", "failure to complete this form", "please complete", "prior therapies tried", "start of therapy", "continuation of therapy", "attach clinical notes", "medical necessity", "fax the completed form", "prescriber signature"],
    statements: ["requesting prior authorization", "request prior authorization for", "i am requesting", "fax completed form", "requesting authorization of", "request authorization for", "prior authorization request", "this is a standard request", "this is an expedited request", "new start of therapy", "seeking prior authorization", "incomplete forms delay"],
    labels: ["Requesting Provider", "Prescriber NPI", "Medication Requested", "Urgency", "Diagnosis Code", "HCPCS Code", "Date of Request", "Request Type", "Review Type", "Requested Units"],
    fileWords: ["pa", "prior", "auth", "precert", "request"],
  },
  letter: {
    titles: ["Notice of Approval", "Authorization Status Notice", "Determination Summary", "Coverage Decision Notice", "Notice of Denial", "Notice of Determination", "Determination Letter", "Notice of Decision", "Coverage Determination Notice", "Notice of Adverse Benefit Determination", "Authorization Approval", "Approval Notice", "Denial Notice", "Prior Authorization Decision", "Notice of Coverage Decision", "Prior Authorization Approval", "Prior Authorization Denial", "Prior Authorization Determination", "Request for Additional Information", "Notice of Adverse Determination", "Notice of Partial Approval", "Authorization Decision", "Notice of Coverage Determination", "Coverage Decision", "Determination Notice", "Your request has been approved", "Your request has been denied", "Notice of Modification", "Authorization Determination", "Notice of Cancellation", "Prior Authorization Notice", "Additional Information Needed", "Authorization Notice", "Utilization Review Decision"],
    headings: ["notice of|determination|decision|approval|denial|authorization status|adverse benefit", "request for|request form|appeal|privacy|reason|number|date|rights"],
    phrases: ["has been approved", "has been denied", "we have approved", "we have denied", "was denied", "we reviewed your request", "we have completed our review", "right to appeal", "appeal this decision", "our decision", "does not guarantee payment", "this letter is to notify you", "not medically necessary", "we need more information", "additional information is needed", "unable to approve", "approved through", "dear"],
    statements: ["request has been approved", "request has been denied", "request has been pended", "request has been modified", "request has been partially approved", "request has been cancelled", "our decision", "reason for our decision", "reason for this decision", "status of this request", "this authorization is valid", "we have denied coverage", "we have approved", "thank you for the request that we received", "request was denied", "request was approved", "how to appeal", "your appeal rights", "we need more information before we can decide"],
    labels: ["Authorization Number", "Determination", "Decision", "Reason for Denial", "Approved From", "Approved Through", "Appeal Deadline", "Denial Reason", "Decision Date", "Information Requested"],
    fileWords: ["letter", "determination", "decision", "denial", "approval", "notice"],
  },
  eligibility: {
    titles: ["Benefit Verification Response", "Coverage Verification Report", "Eligibility and Benefit Verification", "Member Eligibility Response", "Eligibility Response", "Eligibility Verification", "Eligibility and Benefits", "Verification of Eligibility", "Coverage Verification", "Member Eligibility", "Eligibility Inquiry Response", "Eligibility Confirmation", "Member Eligibility Verification", "Eligibility Benefit Response", "Verification of Coverage", "Eligibility Report", "Insurance Verification", "Eligibility Summary", "Health Plan Eligibility"],
    headings: ["eligib|verification of coverage|coverage verification|coverage confirmation", "status|date|not"],
    phrases: ["eligible for benefits", "member is active", "eligibility does not guarantee", "as of the date of this inquiry", "eligibility inquiry", "verification of coverage", "coverage is active"],
    statements: ["eligibility status", "coverage status", "member status", "relationship to subscriber", "thank you for asking about coverage", "eligibility and benefit verification", "the coverage is active", "the coverage is inactive", "insurance type", "coverage end date", "termination date", "verified on", "eligibility inquiry", "response to your eligibility", "eligible for coverage", "member is eligible", "coverage is active", "coverage is inactive", "verify eligibility", "eligibility verification", "verification of eligibility", "not a guarantee of eligibility"],
    labels: ["Eligibility Status", "Coverage Status", "Coverage Effective Date", "Termination Date", "Coverage Begin Date", "Eligibility Date", "Member Status", "Inquiry Date"],
    fileWords: ["elig", "eligibility", "271", "coverage", "verification"],
  },
  claim: {
    titles: ["Claim for Professional Services", "Insurance Claim", "Professional Claim Form", "Paper Claim Submission", "Health Insurance Claim Form", "Claim Form", "Medical Claim Form", "Claim Submission", "Professional Claim", "Health Insurance Claim", "Specialty Drug Claim", "Medical Claim", "Drug Claim Form", "Insurance Claim Form", "Member Claim Form", "Provider Claim Form", "Statement of Services"],
    headings: ["claim form|health insurance claim|claim submission|professional claim|itemized|medical claim|superbill|claim for", "explanation|number|how"],
    phrases: ["accept assignment", "place of service", "patient account number", "diagnosis or nature of illness", "federal tax", "amount paid", "rendering provider", "diagnosis pointer", "insured signature", "billing provider info", "authorize payment of medical benefits"],
    statements: ["accept this claim", "place of service", "dx pointer", "accept assignment", "signature of physician or supplier", "patient account", "please pay", "claim for services", "submit this claim", "certify that the services", "claim for payment", "charges for services", "health insurance claim", "i authorize payment", "assignment of benefits"],
    labels: ["Total Charge", "Diagnosis Pointer", "Billing Provider", "Insured's ID Number", "Insured's Name", "Patient's Name", "Charges", "Place of Service", "Federal Tax ID", "Patient Account No", "Accept Assignment"],
    fileWords: ["claim", "cms1500", "hcfa", "1500"],
  },
  eob: {
    titles: ["Explanation of Benefits", "Explanation of Payment", "EOB", "Remittance Advice", "Explanation of Medical Benefits", "Claim Summary", "Your Explanation of Benefits", "Provider Remittance Advice", "Provider Explanation of Benefits", "Explanation of Health Care Benefits", "Statement of Benefits Paid"],
    headings: ["explanation of|remittance|claims? summary|benefit statement|claim statement|claim payment", "coverage|decision"],
    phrases: ["this is not a bill", "amount you owe", "what you owe", "plan paid", "allowed amount", "your share", "claim adjustment reason", "member responsibility", "patient responsibility", "amount billed", "how your claim was processed", "claims processed"],
    statements: ["this is not a bill", "how we processed", "explanation of benefits", "how your claim was processed", "what your provider may bill", "explanation of payment"],
    labels: ["Patient Responsibility", "Total Paid", "Plan Paid", "Allowed", "Amount Billed", "You Owe", "Member Responsibility", "Claim Number", "Paid", "Reason Code", "Total Allowed"],
    fileWords: ["eob", "remit", "era", "835", "explanation"],
  },
  appeal: {
    titles: ["Acknowledgment of Appeal", "Notice of Appeal Receipt", "Appeal Request Form", "Member Appeal Form", "Appeal", "Appeal Letter", "Letter of Appeal", "Request for Appeal", "Request for Reconsideration", "Request for Redetermination", "Appeal Request", "Appeal of Denial", "Member Appeal", "Provider Appeal", "First Level Appeal", "Second Level Appeal", "Formal Appeal", "Appeal of Adverse Determination", "External Review Request", "Request for External Review", "Letter of Medical Necessity", "Appeals Department", "Appeals and Grievances", "Notice of Appeal", "Request for Independent Review"],
    headings: ["appeal|reconsider|redetermination|grievance|external review|independent review|medical necessity", "right|how to|deadline|by\\b|if you|department|level|reason|until|date"],
    phrases: ["i am writing to appeal", "writing to appeal", "appeal the denial", "formally appeal", "request that you reconsider", "request reconsideration", "overturn", "appeal the decision", "on behalf of my patient", "we are appealing", "reverse the denial", "first-level appeal", "second-level appeal", "this letter is a formal appeal", "please reconsider", "we request that"],
    statements: ["appeals committee", "your appeal was received", "received your appeal", "level of appeal", "appeal level", "grounds for appeal", "reason for appeal", "level appeal of", "writing to appeal", "we appeal", "i appeal", "appeal your decision", "appeal the denial", "appeal of the denial", "formally appeal", "this is an appeal", "reconsider this decision", "overturn the denial", "reverse the decision", "request an external review", "request a second level", "request a first level", "appealing the"],
    labels: ["Appeal Level", "Reason for Appeal", "Level of Appeal", "Denial Date", "Date of Denial", "Grounds for Appeal", "Appeal Type"],
    fileWords: ["appeal", "reconsideration", "redetermination"],
  },
  benefit: {
    titles: ["Summary of Benefits and Coverage", "Your Benefit Summary", "Summary of Benefits", "Benefit Summary", "Summary of Benefits and Coverage", "Benefits Summary", "Schedule of Benefits", "Benefits at a Glance", "Plan Benefit Summary", "Benefit Verification Summary", "Your Benefits", "Verification of Benefits", "Benefit Highlights", "Benefits Overview", "Plan Benefits Overview", "Benefit Investigation Summary", "Specialty Drug Benefits"],
    headings: ["benefits? (?:summary|verification|overview|highlights|at a glance|investigation)|summary of (?:your )?benefits|schedule of benefits|your benefits|benefits and coverage|plan benefits", "explanation|claim|response|eligib"],
    phrases: ["what you pay", "in-network", "out-of-network", "per calendar year", "covered services", "this is a summary", "out-of-pocket limit", "specialty tier", "important questions", "benefit period", "plan pays", "preventive care"],
    statements: ["what your plan", "pays for and what you pay", "why it matters", "what the plan says", "common medical events", "summary of benefits", "benefit summary", "benefits at a glance",  "your plan pays", "what you pay", "plan benefits", "schedule of benefits"],
    labels: ["Deductible", "Out-of-Pocket Maximum", "Coinsurance", "Copay", "Deductible Met", "Prior Authorization Required", "Plan Name", "Annual Deductible", "Specialist Copay"],
    fileWords: ["benefit", "benefits", "sob", "sbc", "summary"],
  },
  record: {
    titles: ["Medical Record", "Office Visit", "Progress Note", "Progress Notes", "Clinic Note", "Office Visit Note", "Clinical Notes", "Encounter Note", "Visit Summary", "Consultation Note", "History and Physical", "Chart Note", "Office Note", "Clinical Note", "Patient Chart", "Encounter Summary", "Office Visit Summary", "Consultation Report", "Follow-up Visit", "Clinic Visit Note", "Discharge Summary"],
    headings: ["office visit|progress note|clinic(?:al)? (?:visit )?note|chart note|visit (?:note|summary)|medical record|history and physical|consultation|encounter (?:note|summary)|discharge summary|follow.?up (?:visit|note)", "date|prior|insurance|request"],
    phrases: ["chief complaint", "history of present illness", "review of systems", "physical exam", "assessment and plan", "vital signs", "past medical history", "electronically signed by", "presents for", "returns for follow-up", "blood pressure", "social history", "family history", "patient reports", "follow up in", "current medications"],
    statements: ["chief complaint", "history of present illness", "assessment and plan", "review of systems", "physical examination", "electronically signed", "progress note", "office visit", "reason for visit", "was seen today", "impression"],
    labels: ["Chief Complaint", "Assessment", "Vitals", "Visit Date", "Date of Visit", "MRN", "Encounter Date", "HPI", "Subjective", "Objective", "Allergies", "Date of Service"],
    fileWords: ["record", "note", "chart", "visit", "progress", "clinical"],
  },
  prescription: {
    titles: ["Specialty Pharmacy Prescription Form", "Prescription Order Form", "Prescription", "Rx", "Prescription Form", "Specialty Prescription", "Prescription Order", "Specialty Pharmacy Prescription", "Medication Order", "Prescription and Enrollment Form", "Electronic Prescription", "Prescription Fax", "New Prescription", "Prescription Request", "Specialty Rx Order", "Rx Order Form", "Specialty Pharmacy Referral"],
    headings: ["prescription|^rx\\b|medication order|rx order", "drug plan|coverage|prior|authorization|number|part d|benefit|date"],
    phrases: ["dispense as written", "may substitute", "substitution permitted", "prescriber signature",   "generic substitution",  "do not substitute", "product selection permitted", "dea"],
    statements: ["date written", "prescriber signature", "dispense as written", "substitution permitted", "may substitute",  "product selection", "do not substitute", "brand medically necessary", ],
    labels: ["Refills", "Sig", "Dispense", "Date Written", "DEA", "DAW", "Days Supply", "Quantity", "Qty", "Directions", "Rx", "Disp"],
    fileWords: ["rx", "prescription", "script", "erx"],
  },
  lab: {
    titles: ["Laboratory Report", "Lab Results", "Laboratory Results", "Lab Report", "Final Report", "Test Results", "Clinical Laboratory Report", "Pathology Report", "Laboratory Test Results", "Patient Lab Report", "Clinical Laboratory Results", "Diagnostic Laboratory Report"],
    headings: ["lab(?:oratory)? (?:report|results?)|test results?|pathology report|laboratory", "corporation of|date|number|recent|pending"],
    phrases: ["reference range", "specimen type", "reference interval", "clia", "laboratory director", "specimen", "fasting", "out of range", "abnormal", "performing laboratory", "end of report"],
    statements: ["reference range", "reference interval", "laboratory report", "specimen", "laboratory director", "accession", "lab results", "final report"],
    labels: ["Accession", "Collected", "Reference Range", "Specimen ID", "Ordering Provider", "Date Collected", "Flag", "Result", "Units", "Reported", "Specimen", "Accession Number"],
    fileWords: ["lab", "labs", "result", "results", "report"],
  },
};

/** Phrases of fax cover sheets, which say nothing about what follows. */
export const COVER_PHRASES: readonly string[] = ["fax cover", "cover sheet", "facsimile", "fax transmission", "number of pages", "pages including cover", "confidentiality notice", "fax message", "to:", "from:", "if you received this fax in error", "urgent for review please comment please reply", "transmittal"];
