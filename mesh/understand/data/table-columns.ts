/** Columns of claim and remittance lines. */
export type LineColumn = "service_date" | "hcpcs" | "units" | "charge_cents" | "allowed_cents" | "paid_cents" | "carc" | "diagnosis" | "other";

export const LINE_COLUMNS: Readonly<Record<LineColumn, readonly string[]>> = {
  service_date: ["Date of Service", "Service Date", "DOS", "Date", "Dates of Service", "From", "Date(s) of Service", "Svc Date", "Date From"],
  hcpcs: ["HCPCS", "CPT/HCPCS", "Procedure", "Procedure Code", "CPT", "HCPCS/CPT", "Code", "Service Code", "Proc Code", "CPT / HCPCS", "HCPCS Code", "Proc", "HCPCS / CPT", "Service", "CPT Code"],
  units: ["Units", "Qty", "Days or Units", "Unit", "Quantity", "Days/Units"],
  charge_cents: ["Charges", "Charge", "Billed", "Amount Billed", "$ Charges", "Billed Amount", "Billed Charges", "Charged", "Submitted", "Amount Charged", "Line Charge", "Provider Charge", "Total Charge"],
  allowed_cents: ["Allowed", "Allowed Amount", "Plan Allowed", "Amount Allowed", "Plan Allowance", "Allowance", "Negotiated Rate"],
  paid_cents: ["Paid", "Plan Paid", "Amount Paid", "Paid Amount", "We Paid", "Payment", "Paid by Plan", "Plan Payment"],
  carc: ["CARC", "Reason", "Reason Code", "Adj Code", "Remark", "Reason Codes", "Adjustment", "Adjustment Code", "Adj Reason", "Notes", "Note", "Remark Code", "Code(s)", "Adj", "See Note", "Adjustment Reason", "Group/Reason"],
  diagnosis: ["Diagnosis", "Diagnosis Pointer", "Dx", "Dx Pointer", "Diag", "Pointer", "Dx Ptr", "Diag Ptr"],
  other: ["Description", "Deductible", "Copay", "Coinsurance", "Not Covered", "You Owe", "Patient Resp", "Modifier", "POS", "Place of Service", "Mod", "Discount", "Line", "Your Share", "Member Owes", "#", "No", "Ln", "To", "Patient Responsibility", "Service Description", "Place", "NDC", "Adjusted", "Ineligible", "Your Responsibility", "Description of Service"],
};

/** Columns of a laboratory report. */
export type ResultColumn = "test" | "value" | "unit" | "flag" | "range" | "other";

export const RESULT_COLUMNS: Readonly<Record<ResultColumn, readonly string[]>> = {
  test: ["Test", "Test Name", "Analyte", "Component", "Procedure", "Test Description", "Lab Test", "Tests", "Assay"],
  value: ["Result", "Value", "Results", "Your Value", "Result Value", "Your Result", "Current Result", "Observed"],
  unit: ["Units", "Unit", "UOM", "Unit of Measure"],
  flag: ["Flag", "Abnormal", "Abn", "Status", "Flags", "Abnormal Flag", "Interpretation", "H/L", "Alert"],
  range: ["Reference Range", "Reference", "Ref Range", "Reference Interval", "Normal Range", "Range", "Ref. Range", "Expected Range", "Ref Interval", "Normal"],
  other: ["Lab", "LOINC", "Method", "Notes", "Previous", "Comment", "Code", "Prior"],
};

/** Columns of a table of requested or decided drugs, by field. */
export type DrugColumn =
  | "drug.name"
  | "drug.strength"
  | "drug.quantity"
  | "drug.days_supply"
  | "drug.refills"
  | "drug.directions"
  | "services[0].hcpcs"
  | "services[0].units"
  | "decision"
  | "other";

export const DRUG_COLUMNS: Readonly<Record<DrugColumn, readonly string[]>> = {
  "drug.name": ["Drug", "Medication", "Drug Name", "Medication Name", "Drug Requested", "Service", "Item", "Product", "Requested Drug", "Drug / Service"],
  "drug.strength": ["Strength", "Dose", "Dosage", "Strength / Form", "Drug Strength"],
  "drug.quantity": ["Qty", "Quantity", "Disp", "Dispense", "Qty Requested"],
  "drug.days_supply": ["Days", "Days Supply", "Day Supply", "Days' Supply"],
  "drug.refills": ["Refills", "Refill"],
  "drug.directions": ["Directions", "Sig", "Instructions", "Directions for Use"],
  "services[0].hcpcs": ["HCPCS", "HCPCS Code", "J-Code", "Code", "CPT/HCPCS", "Procedure Code"],
  "services[0].units": ["Units", "Units Requested", "Billing Units"],
  decision: ["Decision", "Determination", "Status", "Outcome"],
  other: ["NDC", "Form", "Route", "Frequency", "Diagnosis", "Line", "Notes", "Started", "Stopped"],
};
