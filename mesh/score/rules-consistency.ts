import type { Evidence } from "./evidence.ts";
import { toDay } from "./field-index.ts";
import { hitIf } from "./rule.ts";
import type { Rule, RuleHit } from "./rule.ts";

/** Totals are printed to the cent; one cent a line is left to rounding. */
const CENTS_PER_LINE = 1;

/** What can be wrong between fields that were each read well. */
export const CONSISTENCY_RULES: readonly Rule[] = [
  {
    id: "amount.order",
    effect: "blocking",
    text: "the payer allowed more than was charged or paid more than it allowed",
    hits: amountOrder,
  },
  {
    id: "amount.total",
    effect: "blocking",
    text: "a total differs from the sum of its lines",
    hits: totals,
  },
  {
    id: "date.birth",
    effect: "blocking",
    text: "the member was born after a date of the document or more than 120 years before it",
    hits: birth,
  },
  {
    id: "date.order",
    effect: "blocking",
    text: "two dates stand in an order that cannot be",
    hits: ({ fields }) =>
      DATE_ORDER.filter(([earlier, later]) => {
        const [first, second] = [fields.day(earlier), fields.day(later)];
        return first !== undefined && second !== undefined && first > second;
      }).map(([, field]) => ({ field })),
  },
  {
    id: "decision.contradictory",
    effect: "blocking",
    text: "the decision does not go with the other fields of the letter",
    hits: contradictoryDecision,
  },
  {
    id: "drug.codes",
    effect: "blocking",
    text: "a code belongs to another drug than the one named",
    hits: ({ drug }) => drug.contradictions.map((field) => ({ field })),
  },
  {
    id: "npi.check_digit",
    effect: "blocking",
    text: "a provider number fails its check digit",
    hits: ({ fields }) =>
      fields
        .of("provider.npi")
        .filter((field) => !isNpi(field.value))
        .map(({ name }) => ({ field: name })),
  },
];

/** Pairs of dates of which the first is never after the second. */
const DATE_ORDER = [
  ["authorization.start_date", "authorization.end_date"],
  ["coverage.effective_date", "coverage.end_date"],
  ["letter.date", "appeal.deadline_date"],
  ["request.date", "letter.date"],
] as const;

const MAX_AGE_DAYS = 120 * 365.25;

function birth({ fields }: Evidence): readonly RuleHit[] {
  const born = fields.day("member.date_of_birth");
  if (born === undefined) return [];
  const events = fields.all.filter(
    ({ name }) => name.endsWith("date") && name !== "coverage.end_date" && name !== "authorization.end_date",
  );
  const days = events.flatMap(({ value }) => toDay(value) ?? []);
  return hitIf(days.some((day) => born > day || day - born > MAX_AGE_DAYS)).map(() => ({ field: "member.date_of_birth" }));
}

const TOTALS = [
  ["claim.total_charge_cents", "lines[].charge_cents"],
  ["claim.total_allowed_cents", "lines[].allowed_cents"],
  ["claim.total_paid_cents", "lines[].paid_cents"],
] as const;

/** Compares only where every line has the amount: a line that lacks one was not read, which is another rule's matter. */
function totals({ fields }: Evidence): readonly RuleHit[] {
  const lines = fields.rows("lines").length;
  return TOTALS.filter(([total, part]) => {
    const [whole, parts] = [fields.number(total), fields.numbers(part)];
    if (whole === undefined || parts.length === 0 || parts.length !== lines) return false;
    return Math.abs(parts.reduce((sum, value) => sum + value, 0) - whole) > CENTS_PER_LINE * lines;
  }).map(([field]) => ({ field }));
}

function amountOrder({ fields }: Evidence): readonly RuleHit[] {
  const charge = fields.number("claim.total_charge_cents") ?? Number.POSITIVE_INFINITY;
  const allowed = fields.number("claim.total_allowed_cents") ?? charge;
  const paid = fields.number("claim.total_paid_cents") ?? 0;
  return [
    ...hitIf(allowed > charge).map(() => ({ field: "claim.total_allowed_cents" })),
    ...hitIf(paid > allowed).map(() => ({ field: "claim.total_paid_cents" })),
  ];
}

const POSITIVE = new Set(["approved", "modified", "partially_approved"]);

function contradictoryDecision({ understanding, fields }: Evidence): readonly RuleHit[] {
  const { decision } = understanding;
  const printed = fields.of("decision").map((field) => field.value);
  if (decision !== "" && printed.some((value) => value !== decision)) return [{ field: "decision" }];
  if (decision === "denied" && fields.text("authorization.end_date") !== undefined) return [{ field: "authorization.end_date" }];
  if (decision === "approved" && fields.text("denial.reason") !== undefined) return [{ field: "denial.reason" }];
  const positive = POSITIVE.has(decision);
  return hitIf(positive && fields.text("pend.requested_information") !== undefined).map(() => ({ field: "pend.requested_information" }));
}

/** Luhn over the ten digits with the prefix 80840 (45 CFR 162.406, ISO/IEC 7812). */
function isNpi(value: string): boolean {
  if (!/^[12]\d{9}$/.test(value)) return false;
  const digits = [...`80840${value}`].map(Number).toReversed();
  const sum = digits.reduce((so, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return so + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
