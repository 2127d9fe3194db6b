import assert from "node:assert/strict";
import { it } from "node:test";
import { loadDrugs } from "../codes/drugs.ts";
import { DocumentType, Field, PageWords, TextSource, Understanding, Word } from "../../proto/document/v1/document.pb.ts";
import { scoreConfigSchema } from "./config.ts";
import { gatherEvidence } from "./evidence.ts";
import { RULES } from "./rules.ts";

const CONFIG = scoreConfigSchema.parse({});
const DRUGS = loadDrugs();

const IDENTITY = { "member.name": "Ann Lee", "member.id": "W123456789", "member.date_of_birth": "1970-03-02", "payer.name": "Aetna" };
const DENIAL = {
  ...IDENTITY,
  "letter.date": "2026-03-10",
  decision: "denied",
  "drug.name": "Humira",
  "denial.reason": "step therapy",
  "appeal.deadline_date": "2026-09-06",
};
const EOB = {
  ...IDENTITY,
  "claim.number": "C1",
  "lines[0].hcpcs": "J1745",
  "lines[0].charge_cents": "100000",
  "lines[0].allowed_cents": "60000",
  "lines[0].paid_cents": "50000",
  "lines[1].hcpcs": "96413",
  "lines[1].charge_cents": "20000",
  "lines[1].allowed_cents": "10000",
  "lines[1].paid_cents": "8000",
  "claim.total_charge_cents": "120000",
  "claim.total_allowed_cents": "70000",
  "claim.total_paid_cents": "58000",
  "claim.patient_responsibility_cents": "12000",
};

const BENEFIT = {
  ...IDENTITY,
  "plan.name": "Open Choice PPO",
  "benefit.deductible_cents": "200000",
  "benefit.deductible_met_cents": "200000",
  "benefit.out_of_pocket_max_cents": "600000",
};

interface Shape {
  readonly type?: DocumentType;
  readonly fields?: Readonly<Record<string, string>>;
  readonly more?: readonly { readonly name: string; readonly value: string }[];
  readonly confidence?: number;
  readonly understanding?: Partial<Understanding>;
  readonly pages?: readonly PageWords[];
}

const page = (confidence: number, change: Partial<PageWords> = {}): PageWords => ({
  ...PageWords.fromPartial({ page: 1, source: TextSource.OCR }),
  words: Array.from({ length: 20 }, () => Word.fromPartial({ text: "word", confidence })),
  ...change,
});

/** Ids of the rules that strike; by default a denial letter with nothing wrong. */
function struck(shape: Shape = {}): readonly string[] {
  const fields = shape.fields ?? DENIAL;
  const entries = [...Object.entries(fields).map(([name, value]) => ({ name, value })), ...(shape.more ?? [])];
  const understanding: Understanding = {
    ...Understanding.fromPartial({ typeConfidence: 0.99, payerId: "aetna", language: "en" }),
    type: shape.type ?? DocumentType.DETERMINATION_LETTER,
    decision: fields["decision"] ?? "",
    fields: entries.map((entry) => Field.fromPartial({ ...entry, confidence: shape.confidence ?? 0.97 })),
    ...shape.understanding,
  };
  const evidence = gatherEvidence(understanding, shape.pages ?? [page(0.95)], DRUGS);
  return RULES.filter((rule) => rule.hits(evidence, CONFIG).length > 0).map(({ id }) => id);
}

const eob = (change: Readonly<Record<string, string>>) =>
  struck({ type: DocumentType.EXPLANATION_OF_BENEFIT, fields: { ...EOB, ...change } });
const benefit = (change: Readonly<Record<string, string>>) =>
  struck({ type: DocumentType.BENEFIT_SUMMARY, fields: { ...BENEFIT, ...change } });
const denial = (change: Readonly<Record<string, string>>) => struck({ fields: { ...DENIAL, ...change } });
const without = (name: string) => struck({ fields: Object.fromEntries(Object.entries(DENIAL).filter(([key]) => key !== name)) });

it("RULES: let a complete and consistent document pass", () => {
  assert.deepEqual(struck(), []);
  assert.deepEqual(eob({}), []);
});

/** One failing example a rule; the catalogue's test below asks for every one of them. */
const examples: Readonly<Record<string, () => readonly string[]>> = {
  "amount.benefit": () => benefit({ "benefit.deductible_cents": "900000" }),
  "amount.order": () => eob({ "claim.total_paid_cents": "70001", "lines[0].paid_cents": "62001" }),
  "amount.total": () => eob({ "claim.total_charge_cents": "1200000" }),
  "date.appeal_deadline": () => denial({ "appeal.deadline_date": "2027-03-12" }),
  "date.birth": () => denial({ "member.date_of_birth": "2026-05-01" }),
  "date.order": () => denial({ "appeal.deadline_date": "2026-03-09" }),
  "decision.contradictory": () =>
    denial({
      decision: "approved",
      "authorization.number": "A1",
      "authorization.start_date": "2026-03-11",
      "authorization.end_date": "2026-09-11",
    }),
  "document.adverse_event": () => struck({ understanding: { adverseEventMention: true } }),
  "document.language": () => struck({ understanding: { language: "es-US" } }),
  "document.pages": () => struck({ pages: Array.from({ length: 61 }, () => page(0.95)) }),
  "document.type_uncertain": () => struck({ understanding: { typeConfidence: 0.5 } }),
  "document.type_unknown": () => struck({ type: DocumentType.OTHER }),
  "drug.codes": () => denial({ "drug.ndc": DRUGS.find(({ generic }) => generic === "tocilizumab")?.ndc ?? "" }),
  "field.conflict": () => struck({ more: [{ name: "member.id", value: "W999999999" }] }),
  "field.low_confidence": () => struck({ confidence: 0.89 }),
  "field.missing": () => without("member.id"),
  "npi.check_digit": () => denial({ "provider.npi": "1234567890" }),
  "page.unreadable": () => struck({ pages: [page(0.95), page(0.3)] }),
  "payer.unknown": () => struck({ understanding: { payerId: "" } }),
  "units.implausible": () => eob({ "lines[1].units": "50" }),
};

for (const { id } of RULES) {
  it(`${id} strikes on its example`, () => {
    const found = examples[id]?.() ?? [];
    assert.ok(found.includes(id), `struck: ${found.join(", ")}`);
  });
}

it("RULES: have unique ids in order, and texts without values", () => {
  const ids = RULES.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)].toSorted());
  assert.deepEqual(ids, Object.keys(examples).toSorted());
  for (const { text } of RULES) assert.match(text, /^[a-z][^.0-9]*(120 years before it)?$/);
});

it("RULES: name the field, never its value", () => {
  const understanding = {
    ...Understanding.fromPartial({ payerId: "aetna", language: "en", typeConfidence: 1 }),
    type: DocumentType.DETERMINATION_LETTER,
  };
  const evidence = gatherEvidence(
    { ...understanding, fields: [Field.fromPartial({ name: "member.name", value: "Ann Lee", confidence: 0.1 })] },
    [page(0.9)],
    DRUGS,
  );
  const hits = RULES.flatMap((rule) => rule.hits(evidence, CONFIG));
  assert.ok(hits.some(({ field }) => field === "member.name"));
  assert.doesNotMatch(JSON.stringify(hits), /Ann/);
});

it("RULES: take a right check digit and refuse each wrong one", () => {
  const right = Array.from({ length: 10 }, (_, digit) => denial({ "provider.npi": `123456789${digit}` })).map(
    (ids) => !ids.includes("npi.check_digit"),
  );
  assert.deepEqual(
    right.flatMap((ok, digit) => (ok ? [digit] : [])),
    [3],
  );
  for (const npi of ["3234567893", "123456789", "12345678931", "12345abc93"])
    assert.ok(denial({ "provider.npi": npi }).includes("npi.check_digit"), npi);
});

it("RULES: ask by decision: an approval needs its number and dates, a pend what is asked for", () => {
  const letter = { ...IDENTITY, "letter.date": "2026-03-10", "drug.name": "Humira" };
  for (const decision of ["approved", "denied", "pended", "modified"]) {
    assert.ok(struck({ fields: { ...letter, decision } }).includes("field.missing"), decision);
  }
  const approval = { "authorization.number": "A1", "authorization.start_date": "2026-03-11", "authorization.end_date": "2026-09-11" };
  assert.deepEqual(struck({ fields: { ...letter, decision: "approved", ...approval } }), []);
});

it("RULES: see a decision that the pages do not agree on", () => {
  assert.ok(struck({ understanding: { decision: "approved" } }).includes("decision.contradictory"));
});

it("RULES: leave rounding of a cent a line, and lines that lack the amount, to others", () => {
  assert.deepEqual(eob({ "claim.total_charge_cents": "120002" }), []);
  assert.ok(eob({ "claim.total_charge_cents": "120003" }).includes("amount.total"));
  assert.deepEqual(eob({ "lines[2].hcpcs": "99213", "claim.total_charge_cents": "150000" }), []);
});

it("RULES: take every dose that is given, and know only the codes they know", () => {
  assert.deepEqual(benefit({}), []);
  assert.ok(benefit({ "benefit.deductible_met_cents": "200001" }).includes("amount.benefit"));
  const dose = DRUGS.find(({ hcpcs }) => hcpcs === "J1745")?.hcpcsUnits ?? 0;
  assert.ok(dose > 0);
  assert.deepEqual(eob({ "lines[0].units": String(dose * 10), "lines[1].units": "24" }), []);
  assert.deepEqual(eob({ "lines[0].units": String(dose * 10 + 1) }), ["units.implausible"]);
  assert.deepEqual(eob({ "lines[1].hcpcs": "00740", "lines[1].units": "95" }), [], "anesthesia is counted in minutes");
  assert.deepEqual(denial({ "appeal.deadline_date": "2027-03-11" }), []);
});

it("RULES: treat garbage as not given: no rule throws and no date or amount is invented", () => {
  const garbage = Object.fromEntries(Object.keys(EOB).map((name) => [name, "???"]));
  assert.deepEqual(
    eob(garbage).filter((id) => id.startsWith("amount") || id.startsWith("date")),
    [],
  );
  assert.deepEqual(
    denial({ "appeal.deadline_date": "2026-02-30" }).filter((id) => id.startsWith("date")),
    [],
  );
});

it("RULES: let clinical documents pass without a payer, unless they name one", () => {
  const prescription = {
    "member.name": "Ann Lee",
    "member.date_of_birth": "1970-03-02",
    "provider.npi": "1234567893",
    "drug.name": "Humira",
    "drug.quantity": "2",
    "prescription.written_date": "2026-03-01",
  };
  const shape = { type: DocumentType.PRESCRIPTION, fields: prescription, understanding: { payerId: "" } };
  assert.deepEqual(struck(shape), []);
  assert.deepEqual(struck({ ...shape, fields: { ...prescription, "payer.name": "Nobody's Health" } }), ["payer.unknown"]);
});

it("RULES: send blank and failed pages to a person", () => {
  assert.ok(struck({ pages: [] }).includes("page.unreadable"));
  assert.ok(struck({ pages: [page(0, { source: TextSource.BLANK, words: [] })] }).includes("page.unreadable"));
  assert.ok(struck({ pages: [page(0.95), page(0.95, { failure: "DEADLINE_EXCEEDED" })] }).includes("page.unreadable"));
  assert.deepEqual(struck({ pages: [page(0.95), page(0, { source: TextSource.BLANK, words: [] })] }), []);
});

it("RULES: count a confidence that is no number as low", () => {
  assert.ok(struck({ confidence: Number.NaN }).includes("field.low_confidence"));
  assert.ok(struck({ understanding: { typeConfidence: Number.NaN } }).includes("document.type_uncertain"));
});
