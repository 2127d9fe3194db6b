import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { createAnomalyScorer } from "../../inference/client/anomaly.ts";
import { createTritonClient } from "../../inference/client/triton.ts";
import { DocumentType, Field, PageWords, TextSource, Understanding, Word } from "../../proto/document/v1/document.pb.ts";
import { loadDrugs } from "../codes/drugs.ts";
import { FIELDS } from "../fields.ts";
import { gatherEvidence } from "./evidence.ts";
import { extractFeatures, FEATURE_NAMES, FEATURES } from "./features.ts";

const DRUGS = loadDrugs();

function featuresOf(fields: Readonly<Record<string, string>>, pages: readonly PageWords[] = []): Readonly<Record<string, number>> {
  const understanding: Understanding = {
    ...Understanding.fromPartial({ typeConfidence: 0.9, candidates: [{ confidence: 0.9 }, { confidence: 0.3 }] }),
    candidates: [
      { type: DocumentType.EXPLANATION_OF_BENEFIT, confidence: 0.9 },
      { type: DocumentType.CLAIM_FORM, confidence: 0.3 },
    ],
    type: DocumentType.EXPLANATION_OF_BENEFIT,
    fields: Object.entries(fields).map(([name, value]) => Field.fromPartial({ name, value, confidence: 0.95 })),
  };
  const values = extractFeatures(gatherEvidence(understanding, pages, DRUGS));
  return Object.fromEntries(FEATURE_NAMES.map((name, index) => [name, values[index] ?? Number.NaN]));
}

const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-5, `${actual} is not ${expected}`);

it("extractFeatures: has as many features as the models take, each with a name of its own and a neutral value in range", () => {
  const client = createTritonClient({ endpoint: "127.0.0.1:1" });
  assert.equal(FEATURES.length, createAnomalyScorer(client).features);
  client.close();
  assert.equal(new Set(FEATURE_NAMES).size, FEATURES.length);
  for (const { low, high, neutral } of FEATURES) assert.ok(low <= neutral && neutral <= high);
});

it("extractFeatures: is neutral for a document without anything", () => {
  const features = featuresOf({});
  for (const name of ["charge_gap", "paid_ratio", "quantity_per_day_log", "member_age", "date_span_log", "unusual_diagnosis_share"]) {
    near(features[name], FEATURES.find((feature) => feature.name === name)?.neutral ?? Number.NaN);
  }
  assert.equal(features["has_amounts"], 0);
  near(features["type_margin"], 0.6);
});

it("extractFeatures: relates amounts", () => {
  const features = featuresOf({
    "lines[0].charge_cents": "60000",
    "lines[0].units": "3",
    "lines[1].charge_cents": "40000",
    "claim.total_charge_cents": "200000",
    "claim.total_allowed_cents": "100000",
    "claim.total_paid_cents": "70000",
    "claim.patient_responsibility_cents": "20000",
    "benefit.deductible_cents": "100000",
    "benefit.out_of_pocket_max_cents": "400000",
    "benefit.deductible_met_cents": "25000",
  });
  near(features["charge_gap"], 0.5);
  near(features["allowed_ratio"], 0.5);
  near(features["paid_ratio"], 0.7);
  near(features["balance_gap"], 0.1);
  near(features["charge_log"], Math.log10(2_001));
  near(features["line_unit_charge_log"], Math.log10(401));
  near(features["deductible_ratio"], 0.25);
  near(features["deductible_met_ratio"], 0.25);
  near(features["lines_log"], Math.log1p(2));
});

it("extractFeatures: sees doubled lines, strange doses, other diseases and other drugs' codes", () => {
  const line = { hcpcs: "J1745", units: "10", charge_cents: "5", service_date: "2026-01-01" };
  const lines = [0, 1].flatMap((index) => Object.entries(line).map(([column, value]) => [`lines[${index}].${column}`, value]));
  near(featuresOf(Object.fromEntries(lines))["duplicate_line_share"], 0.5);
  const drug = DRUGS.find(({ hcpcs, indications }) => hcpcs !== undefined && !indications.some((code) => code.startsWith("Z")));
  const other = DRUGS.find(({ generic, hcpcs }) => hcpcs !== undefined && generic !== drug?.generic);
  const features = featuresOf({
    "drug.name": drug?.brand ?? "",
    "drug.quantity": String((drug?.quantity ?? 0) * 8),
    "drug.days_supply": String(drug?.daysSupply),
    "drug.ndc": other?.ndc ?? "",
    "services[0].hcpcs": other?.hcpcs ?? "",
    "diagnoses[0].icd10": "Z99.9",
    "diagnoses[1].icd10": drug?.indications[0] ?? "",
  });
  near(features["quantity_per_day_log"], 3);
  near(features["drug_code_contradictions"], 2);
  near(features["unusual_diagnosis_share"], 0.5);
});

it("extractFeatures: measures time", () => {
  const features = featuresOf({
    "member.date_of_birth": "1976-03-10",
    "request.date": "2026-03-01",
    "letter.date": "2026-03-11",
    "appeal.deadline_date": "2026-09-07",
    "authorization.start_date": "2026-04-02",
    "authorization.end_date": "2026-04-01",
  });
  near(features["date_span_log"], Math.log1p(10));
  near(features["appeal_days_log"], Math.log1p(180));
  near(features["authorization_days_log"], -1);
  assert.ok(Math.abs((features["member_age"] ?? 0) - 0.5) < 0.001);
});

it("extractFeatures: looks at OCR words only where there was OCR", () => {
  const words = [0.9, 0.5].map((confidence) => ({
    ...Word.fromPartial({ text: "a", confidence }),
    secondText: confidence === 0.5 ? "b" : "a",
  }));
  const page = (source: TextSource): PageWords => ({ ...PageWords.fromPartial({ noiseRatio: 3 }), source, words });
  const ocr = featuresOf({}, [page(TextSource.OCR)]);
  near(ocr["ocr_confidence_mean"], 0.7);
  near(ocr["ocr_low_share"], 0.5);
  near(ocr["second_reading_disagreement"], 0.5);
  near(ocr["noise_ratio_log"], Math.log1p(3));
  near(featuresOf({}, [page(TextSource.PDF_TEXT)])["ocr_confidence_mean"], 1);
});

it("extractFeatures: gives finite numbers in range for any values", () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.constantFrom("NaN", "1e999", "-0", "2026-13-40", "9999-12-31", "0001-01-01"),
  );
  const name = fc.constantFrom(...FIELDS.map((field) => field.name.replace("[]", "[0]")));
  fc.assert(
    fc.property(fc.dictionary(name, value), (fields) => {
      const found = featuresOf(fields);
      for (const { name: feature, low, high } of FEATURES) {
        const number = found[feature] ?? Number.NaN;
        assert.ok(number >= Math.fround(low) && number <= Math.fround(high), `${feature}: ${number}`);
      }
    }),
  );
});
