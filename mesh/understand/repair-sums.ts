import type { FieldCandidate } from "./candidate.ts";
import { marked } from "./consistency.ts";

/** Total of a claim and the line column that must add up to it. */
const TOTALS: readonly (readonly [total: string, column: string])[] = [
  ["claim.total_charge_cents", "charge_cents"],
  ["claim.total_allowed_cents", "allowed_cents"],
  ["claim.total_paid_cents", "paid_cents"],
];
/** Totals that follow from others: what is allowed and not paid, the patient owes. */
const REMAINDER = {
  minuend: "claim.total_allowed_cents",
  subtrahend: "claim.total_paid_cents",
  difference: "claim.patient_responsibility_cents",
} as const;

/**
 * Confirms amounts by their sums. Where a sum does not hold, one amount is replaced by its other reading if exactly that
 * makes it hold; otherwise nothing changes and nothing is confirmed.
 */
export function repairSums(candidates: readonly FieldCandidate[]): FieldCandidate[] {
  const summed = TOTALS.reduce(
    (all, [total, column]) => settle(all, total, (name) => name.startsWith("lines[") && name.endsWith(`.${column}`)),
    [...candidates],
  );
  return confirmRemainder(summed);
}

function settle(candidates: readonly FieldCandidate[], total: string, isPart: (name: string) => boolean): FieldCandidate[] {
  const parts = candidates.filter((candidate) => isPart(candidate.name));
  const totals = candidates.filter((candidate) => candidate.name === total);
  if (parts.length === 0 || totals.length === 0) return [...candidates];
  const sum = sumOf(parts);
  const right = totals.filter((candidate) => Number(candidate.value) === sum);
  if (right.length > 0) return mark(candidates, [...parts, ...right]);
  const swaps = swapsThatFit(parts, totals, sum);
  const [swap] = swaps;
  if (swap === undefined || swaps.length > 1) return [...candidates];
  const replaced = candidates.map((candidate) => (candidate === swap.wrong ? swap.right : candidate));
  const kept = totals.filter((candidate) => candidate !== swap.wrong && Number(candidate.value) === sum + swap.shift);
  return mark(replaced, [...parts.filter((part) => part !== swap.wrong), swap.right, ...kept]);
}

interface Swap {
  readonly wrong: FieldCandidate;
  readonly right: FieldCandidate;
  /** By how much the sum of the parts changes. */
  readonly shift: number;
}

/** Single replacements by the other reading after which the parts add up to a printed total. */
function swapsThatFit(parts: readonly FieldCandidate[], totals: readonly FieldCandidate[], sum: number): Swap[] {
  const printed = new Set(totals.map((candidate) => Number(candidate.value)));
  const inParts = parts.flatMap((part) => {
    const shift = Number(part.otherValue) - Number(part.value);
    return part.otherValue !== "" && printed.has(sum + shift) ? [{ wrong: part, right: other(part), shift }] : [];
  });
  const inTotals = totals.flatMap((candidate) =>
    candidate.otherValue !== "" && Number(candidate.otherValue) === sum ? [{ wrong: candidate, right: other(candidate), shift: 0 }] : [],
  );
  return [...inParts, ...inTotals];
}

function confirmRemainder(candidates: readonly FieldCandidate[]): FieldCandidate[] {
  const named = (name: string) => candidates.filter((candidate) => candidate.name === name);
  for (const allowed of named(REMAINDER.minuend)) {
    for (const paid of named(REMAINDER.subtrahend)) {
      const owed = Number(allowed.value) - Number(paid.value);
      const exact = named(REMAINDER.difference).filter((candidate) => Number(candidate.value) === owed);
      if (exact.length > 0) return mark(candidates, [allowed, paid, ...exact]);
      const swapped = named(REMAINDER.difference).find((candidate) => candidate.otherValue !== "" && Number(candidate.otherValue) === owed);
      if (swapped !== undefined) return candidates.map((candidate) => (candidate === swapped ? marked(other(swapped)) : candidate));
    }
  }
  return [...candidates];
}

function sumOf(candidates: readonly FieldCandidate[]): number {
  return candidates.reduce((sum, candidate) => sum + Number(candidate.value), 0);
}

function other(candidate: FieldCandidate): FieldCandidate {
  return { ...candidate, value: candidate.otherValue, otherValue: candidate.value, steps: [...candidate.steps, "sum"] };
}

function mark(candidates: readonly FieldCandidate[], confirmed: readonly FieldCandidate[]): FieldCandidate[] {
  const set = new Set(confirmed);
  return candidates.map((candidate) => (set.has(candidate) ? marked(candidate) : candidate));
}
