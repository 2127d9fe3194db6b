import type { Evidence } from "./evidence.ts";
import type { Feature } from "./feature.ts";
import { toNumber } from "./field-index.ts";

/** Amounts against each other and against their lines. */
export const MONEY_FEATURES: readonly Feature[] = [
  { name: "has_amounts", low: 0, high: 1, neutral: 0, of: ({ fields }) => Number(fields.number("claim.total_charge_cents") !== undefined) },
  { name: "charge_log", low: 0, high: 8, neutral: 3.5, of: ({ fields }) => dollarsLog(fields.number("claim.total_charge_cents")) },
  {
    name: "charge_gap",
    low: 0,
    high: 1,
    neutral: 0,
    of: (evidence) => totalGap(evidence, "claim.total_charge_cents", "lines[].charge_cents"),
  },
  {
    name: "allowed_ratio",
    low: 0,
    high: 3,
    neutral: 0.6,
    of: ({ fields }) => ratio(fields.number("claim.total_allowed_cents"), fields.number("claim.total_charge_cents")),
  },
  {
    name: "paid_ratio",
    low: 0,
    high: 3,
    neutral: 0.85,
    // A payer may pay nothing of a denied line, but never more than it allowed.
    ordinary: { low: 0, high: 1 },
    of: ({ fields }) => ratio(fields.number("claim.total_paid_cents"), fields.number("claim.total_allowed_cents")),
  },
  { name: "balance_gap", low: 0, high: 1, neutral: 0, of: balanceGap },
  { name: "line_unit_charge_log", low: 0, high: 7, neutral: 2, of: unitCharge },
  {
    name: "deductible_ratio",
    low: 0,
    high: 3,
    neutral: 0.3,
    of: ({ fields }) => ratio(fields.number("benefit.deductible_cents"), fields.number("benefit.out_of_pocket_max_cents")),
  },
  {
    name: "deductible_met_ratio",
    low: 0,
    high: 3,
    neutral: 0.5,
    of: ({ fields }) => ratio(fields.number("benefit.deductible_met_cents"), fields.number("benefit.deductible_cents")),
  },
];

function dollarsLog(cents: number | undefined): number | undefined {
  return cents === undefined || cents < 0 ? undefined : Math.log10(1 + cents / 100);
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole <= 0 ? undefined : part / whole;
}

function totalGap({ fields }: Evidence, total: string, lines: string): number | undefined {
  const [whole, parts] = [fields.number(total), fields.numbers(lines)];
  if (whole === undefined || parts.length === 0) return undefined;
  const sum = parts.reduce((so, part) => so + part, 0);
  return Math.abs(whole - sum) / Math.max(whole, sum, 1);
}

/** What of the allowed amount neither the payer nor the patient owes, as a share of it. */
function balanceGap({ fields }: Evidence): number | undefined {
  const allowed = fields.number("claim.total_allowed_cents");
  const paid = fields.number("claim.total_paid_cents");
  const patient = fields.number("claim.patient_responsibility_cents");
  if (allowed === undefined || paid === undefined || patient === undefined || allowed <= 0) return undefined;
  return Math.abs(allowed - paid - patient) / allowed;
}

function unitCharge({ fields }: Evidence): number | undefined {
  const charges = fields.rows("lines").flatMap((row) => {
    const charge = toNumber(row.get("charge_cents"));
    return charge === undefined ? [] : [charge / Math.max(1, toNumber(row.get("units")) ?? 1)];
  });
  return charges.length === 0 ? undefined : dollarsLog(Math.max(...charges));
}
