import type { Evidence } from "./evidence.ts";
import type { Feature } from "./feature.ts";

/** Dates that belong to the matter at hand; births and coverage years lie elsewhere by nature. */
const MATTER_DATES = [
  "request.date",
  "letter.date",
  "encounter.date",
  "prescription.written_date",
  "lab.collected_date",
  "lines[].service_date",
] as const;

const DAYS_PER_YEAR = 365.25;

/** What was served, in which amount, for what, and when. */
export const SERVICE_FEATURES: readonly Feature[] = [
  { name: "units_max_log", low: 0, high: 8, neutral: 0.7, of: unitsMax },
  { name: "duplicate_line_share", low: 0, high: 1, neutral: 0, of: duplicateLines },
  { name: "quantity_per_day_log", low: -4, high: 6, neutral: 0, of: quantityPerDay },
  { name: "drug_code_contradictions", low: 0, high: 2, neutral: 0, of: ({ drug }) => drug.contradictions.length },
  { name: "unusual_diagnosis_share", low: 0, high: 1, neutral: 0, of: ({ drug }) => drug.unusualDiagnoses },
  { name: "date_span_log", low: 0, high: 9, neutral: 2, of: dateSpan },
  { name: "member_age", low: -1, high: 1.5, neutral: 0.5, of: memberAge },
  { name: "authorization_days_log", low: -1, high: 9, neutral: 5, of: authorizationDays },
  { name: "appeal_days_log", low: -1, high: 9, neutral: 4.4, of: appealDays },
];

/** Against the drug's typical administration where that is known, else as it stands. */
function unitsMax({ fields, drug }: Evidence): number | undefined {
  const units = [...fields.numbers("lines[].units"), ...fields.numbers("services[].units"), ...fields.numbers("authorization.units")];
  if (units.length === 0) return undefined;
  const typical = drug.drug?.hcpcsUnits ?? 1;
  return Math.log1p(Math.max(0, Math.max(...units) / typical));
}

function duplicateLines({ fields }: Evidence): number | undefined {
  const rows = fields.rows("lines");
  if (rows.length === 0) return undefined;
  const distinct = new Set(
    rows.map((row) => ["service_date", "hcpcs", "units", "charge_cents"].map((column) => row.get(column)).join("|")),
  );
  return 1 - distinct.size / rows.length;
}

/** Log2 of the quantity a day against the drug's usual one where that is known. */
function quantityPerDay({ fields, drug }: Evidence): number | undefined {
  const [quantity, days] = [fields.number("drug.quantity"), fields.number("drug.days_supply")];
  if (quantity === undefined || days === undefined || quantity <= 0 || days <= 0) return undefined;
  const usual = drug.drug === undefined ? 1 : drug.drug.quantity / drug.drug.daysSupply;
  return Math.log2(quantity / days / usual);
}

function dateSpan({ fields }: Evidence): number | undefined {
  const days = MATTER_DATES.flatMap((name) => fields.days(name));
  return days.length < 2 ? undefined : Math.log1p(Math.max(...days) - Math.min(...days));
}

/** In centuries, on the last date of the matter; negative when born after it. */
function memberAge({ fields }: Evidence): number | undefined {
  const born = fields.day("member.date_of_birth");
  const days = MATTER_DATES.flatMap((name) => fields.days(name));
  return born === undefined || days.length === 0 ? undefined : (Math.max(...days) - born) / DAYS_PER_YEAR / 100;
}

function authorizationDays({ fields }: Evidence): number | undefined {
  return lengthLog(fields.day("authorization.start_date"), fields.day("authorization.end_date"));
}

function appealDays({ fields }: Evidence): number | undefined {
  return lengthLog(fields.day("letter.date"), fields.day("appeal.deadline_date"));
}

/** −1 marks an end before its start. */
function lengthLog(start: number | undefined, end: number | undefined): number | undefined {
  if (start === undefined || end === undefined) return undefined;
  return end < start ? -1 : Math.log1p(end - start);
}
