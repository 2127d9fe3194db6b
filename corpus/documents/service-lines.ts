import type { Random } from "../random.ts";
import type { Draft } from "./draft.ts";

/** Money and codes of claim lines; sums agree to the cent. */
export interface ServiceLines {
  readonly values: Record<string, string>;
  readonly count: number;
}

/** CPT codes by number only (their descriptions are AMA copyright): office visits, injections, infusions. */
const CPT = ["96413", "96372", "96365", "99213", "99214", "99215", "96415"] as const;

/** Draws two to five lines: the drug's HCPCS code when it has one, then administration and visit codes. */
export function serviceLines(draft: Omit<Draft, "values">, adjudicated: boolean): ServiceLines {
  const random = draft.random.fork("lines");
  const count = random.int(2, 5);
  const codes = random.shuffle([...CPT]).slice(0, count);
  if (draft.story.drug.hcpcs !== undefined) codes[0] = draft.story.drug.hcpcs as (typeof CPT)[number];
  const values: Record<string, string> = {};
  const totals = { charge: 0, allowed: 0, paid: 0 };
  codes.forEach((code, index) => {
    const isDrug = code === draft.story.drug.hcpcs;
    const charge = isDrug ? random.int(90_000, 1_450_000) : random.int(4_500, 61_000);
    const allowed = Math.round(charge * random.between(0.45, 0.85));
    const covered = random.chance(0.85);
    const paid = covered ? Math.round(allowed * random.pick([0.7, 0.8, 0.8, 0.9, 1])) : 0;
    const line = `lines[${index}]`;
    values[`${line}.service_date`] = draft.story.dates.service;
    values[`${line}.hcpcs`] = code;
    values[`${line}.units`] = String(isDrug ? (draft.story.drug.hcpcsUnits ?? 1) : random.pick([1, 1, 1, 2]));
    values[`${line}.charge_cents`] = cents(charge);
    if (adjudicated) {
      values[`${line}.allowed_cents`] = cents(allowed);
      values[`${line}.paid_cents`] = cents(paid);
      values[`${line}.carc`] = carcOf(random, { covered, full: paid === allowed });
    }
    totals.charge += charge;
    totals.allowed += allowed;
    totals.paid += paid;
  });
  values["claim.total_charge_cents"] = cents(totals.charge);
  if (adjudicated) {
    values["claim.total_allowed_cents"] = cents(totals.allowed);
    values["claim.total_paid_cents"] = cents(totals.paid);
    values["claim.patient_responsibility_cents"] = cents(totals.allowed - totals.paid);
  }
  return { values, count };
}

/** Why less than the charge was paid: contract, cost share, or not covered. */
function carcOf(random: Random, line: { readonly covered: boolean; readonly full: boolean }): string {
  if (!line.covered) return random.pick(["50", "96", "197", "119"]);
  return line.full ? "45" : random.pick(["45", "1", "2", "3"]);
}

function cents(value: number): string {
  return String(value);
}

/** How many lines the values hold. */
export function lineCount(has: (name: string) => boolean): number {
  let count = 0;
  while (has(`lines[${count}].hcpcs`)) count += 1;
  return count;
}
