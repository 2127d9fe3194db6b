import type { Random } from "../../corpus/random.ts";
import type { Drug } from "../../mesh/codes/drugs.ts";
import type { Field, Understanding } from "../../proto/document/v1/document.pb.ts";

/** One way in which a document can be strange although every field was read well. */
export interface Scenario {
  readonly id: string;
  /** The changed document; undefined when it has nothing of the kind to change. */
  readonly apply: (understanding: Understanding, random: Random, drugs: readonly Drug[]) => Understanding | undefined;
}

type Change = (field: Field) => string | undefined;

/** A scenario that changes the values of some fields; fits when it changes one at least. */
function changing(id: string, choose: (random: Random, understanding: Understanding) => Change): Scenario {
  return {
    id,
    apply: (understanding, random) => {
      const change = choose(random, understanding);
      let changed = false;
      const fields = understanding.fields.map((field) => {
        const value = change(field);
        if (value === undefined || value === field.value) return field;
        changed = true;
        return { ...field, value, rawText: value };
      });
      return changed ? { ...understanding, fields } : undefined;
    },
  };
}

const valueOf = (understanding: Understanding, name: string) => understanding.fields.find((field) => field.name === name)?.value;
const times = (value: string, factor: number) => String(Math.round(Number(value) * factor));
const shiftYears = (date: string, years: number) => `${String(Number(date.slice(0, 4)) + years).padStart(4, "0")}${date.slice(4)}`;

/** For evaluation only: no model is trained on them and no threshold is set by them. Alphabetical. */
export const SCENARIOS: readonly Scenario[] = [
  changing("age_impossible", (random) => {
    const years = random.pick([-95, -80, 70, 90]);
    return ({ name, value }) => (name === "member.date_of_birth" ? shiftYears(value, years) : undefined);
  }),
  changing("allowed_uncorrelated", (random) => {
    const factor = random.pick([0.02, 0.04, 0.05]);
    return ({ name, value }) => (/(allowed|paid|patient_responsibility)_cents$/.test(name) ? times(value, factor) : undefined);
  }),
  changing(
    "amount_times_ten",
    () =>
      ({ name, value }) =>
        name === "claim.total_charge_cents" ? times(value, 10) : undefined,
  ),
  changing("appeal_deadline_far", (random) => {
    const years = random.int(6, 20);
    return ({ name, value }) => (name === "appeal.deadline_date" ? shiftYears(value, years) : undefined);
  }),
  changing("authorization_reversed", (_, understanding) => {
    const [start, end] = [valueOf(understanding, "authorization.start_date"), valueOf(understanding, "authorization.end_date")];
    return ({ name }) => (name === "authorization.start_date" ? end : name === "authorization.end_date" ? start : undefined);
  }),
  changing("deductible_above_maximum", (random) => {
    const factor = random.int(12, 40);
    return ({ name, value }) => (name === "benefit.deductible_cents" ? times(value, factor) : undefined);
  }),
  {
    id: "drug_for_other_disease",
    apply: (understanding, random, drugs) => {
      const codes = understanding.fields.filter(({ name }) => name.endsWith(".icd10")).map(({ value }) => value.slice(0, 3));
      const others = drugs.filter((drug) => drug.indications.every((code) => !codes.includes(code.slice(0, 3))));
      if (codes.length === 0 || others.length === 0) return undefined;
      const other = random.pick(others);
      return changing(
        "",
        () =>
          ({ name }) =>
            name === "drug.name" ? other.brand : undefined,
      ).apply(understanding, random, drugs);
    },
  },
  {
    id: "lines_doubled",
    apply: (understanding) => {
      const lines = understanding.fields.filter(({ name }) => name.startsWith("lines["));
      if (lines.length === 0) return undefined;
      const count = new Set(lines.map(({ name }) => name.split(".")[0])).size;
      const copies = lines.map((field) => ({ ...field, name: field.name.replace(/\d+/, (index) => String(Number(index) + count)) }));
      return { ...understanding, fields: [...understanding.fields, ...copies] };
    },
  },
  changing(
    "quantity_times_sixty",
    () =>
      ({ name, value }) =>
        name === "drug.quantity" ? times(value, 60) : undefined,
  ),
  changing("totals_swapped", (_, understanding) => {
    const [charge, allowed] = [valueOf(understanding, "claim.total_charge_cents"), valueOf(understanding, "claim.total_allowed_cents")];
    if (allowed === undefined) return () => undefined;
    return ({ name }) => (name === "claim.total_charge_cents" ? allowed : name === "claim.total_allowed_cents" ? charge : undefined);
  }),
  changing(
    "units_times_fifty",
    () =>
      ({ name, value }) =>
        /^(lines|services)\[\d+\]\.units$/.test(name) ? times(value, 50) : undefined,
  ),
];
