import type { Evidence } from "./evidence.ts";
import { toNumber } from "./field-index.ts";
import type { Rule, RuleHit } from "./rule.ts";

/** An internal appeal may be filed for 180 days (45 CFR 147.136, 29 CFR 2560.503-1); plans that allow more stay within a year. */
const MAX_APPEAL_DAYS = 366;
/** A dose by weight or a loading dose is a few times the usual one, never this many times. */
const MAX_DOSES_PER_LINE = 10;
/** Evaluation, infusion and other medicine codes count visits or hours: a service day has no more. */
const MAX_UNITS_PER_DAY = 24;
const MEDICINE_CODE = /^9\d{4}$/;

/** What can be wrong with values that were read well and contradict nothing on the page. */
export const PLAUSIBILITY_RULES: readonly Rule[] = [
  {
    id: "amount.benefit",
    effect: "blocking",
    text: "a deductible is above the out-of-pocket maximum, or more of it is met than there is",
    hits: ({ fields }) =>
      BENEFIT_ORDER.filter(([less, more]) => {
        const [low, high] = [fields.number(less), fields.number(more)];
        return low !== undefined && high !== undefined && low > high;
      }).map(([field]) => ({ field })),
  },
  {
    id: "date.appeal_deadline",
    effect: "blocking",
    text: "the appeal deadline is more than a year after the letter",
    hits: ({ fields }) => {
      const [letter, deadline] = [fields.day("letter.date"), fields.day("appeal.deadline_date")];
      if (letter === undefined || deadline === undefined || deadline - letter <= MAX_APPEAL_DAYS) return [];
      return [{ field: "appeal.deadline_date" }];
    },
  },
  {
    id: "units.implausible",
    effect: "blocking",
    text: "a line has more units than its drug or service is given in a day",
    hits: implausibleUnits,
  },
];

/** Pairs of amounts of which the first is never above the second (45 CFR 156.130: the maximum includes the deductible). */
const BENEFIT_ORDER = [
  ["benefit.deductible_cents", "benefit.out_of_pocket_max_cents"],
  ["benefit.deductible_met_cents", "benefit.deductible_cents"],
] as const;

function implausibleUnits({ fields, drug }: Evidence): readonly RuleHit[] {
  return (["lines", "services"] as const).flatMap((group) => {
    const strange = fields.rows(group).some((row) => {
      const units = toNumber(row.get("units"));
      const most = mostUnits(row.get("hcpcs") ?? "", drug.unitsByCode);
      return units !== undefined && most !== undefined && units > most;
    });
    return strange ? [{ field: `${group}[].units` }] : [];
  });
}

/** Undefined for a code of which nothing is known. */
function mostUnits(code: string, unitsByCode: ReadonlyMap<string, number>): number | undefined {
  const dose = unitsByCode.get(code);
  if (dose !== undefined) return dose * MAX_DOSES_PER_LINE;
  return MEDICINE_CODE.test(code) ? MAX_UNITS_PER_DAY : undefined;
}
