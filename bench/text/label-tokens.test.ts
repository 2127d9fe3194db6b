import assert from "node:assert/strict";
import { test } from "node:test";
import { generateDocument } from "../../corpus/generate.ts";
import type { Truth, TruthField, TruthWord } from "../../corpus/truth.ts";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { entityOf } from "../../mesh/understand/entity-of-field.ts";
import { entityLabels, fieldLabels } from "./entity-types.ts";
import { labelTokens } from "./label-tokens.ts";

const { truth } = await generateDocument({
  seed: 11,
  type: DocumentType.DETERMINATION_LETTER,
  quality: { resolution: "pdf", level: "clean", family: "fax" },
  decision: "approved",
});

/** Lines of words, drawn in points. */
function drawn(lines: readonly string[]): TruthWord[] {
  return lines.flatMap((line, row) =>
    line
      .split(" ")
      .map((text, at) => ({ text, page: 1, box: { x0: 50 + at * 60, y0: 50 + row * 20, x1: 100 + at * 60, y1: 60 + row * 20 } })),
  );
}

function field(name: string, printed: string, words: readonly TruthWord[]): TruthField {
  const boxes = words.map(({ box }) => box);
  const box = {
    x0: Math.min(...boxes.map(({ x0 }) => x0)),
    y0: Math.min(...boxes.map(({ y0 }) => y0)),
    x1: Math.max(...boxes.map(({ x1 }) => x1)),
    y1: Math.max(...boxes.map(({ y1 }) => y1)),
  };
  return { name, printed, value: printed, page: 1, box };
}

const asTruth = (words: TruthWord[], fields: TruthField[]): Truth => ({ ...truth, words, fields });

test("a value that wraps owns its own words, not those that its box encloses", () => {
  const words = drawn([
    "alpha bravo charlie denied because",
    "criteria were missing delta echo",
    "foxtrot golf hotel india juliet",
    "kilo lima mike november oscar",
  ]);
  const reason = words.slice(3, 8);
  const labels = labelTokens(asTruth(words, [field("denial.reason", "denied because criteria were missing", reason)]), 1, words) ?? [];
  const named = words.filter((_, at) => labels[at]?.field !== "O").map(({ text }) => text);
  assert.deepEqual(named, ["denied", "because", "criteria", "were", "missing"]);
  assert.deepEqual(labels.slice(3, 5), [
    { field: "B-denial.reason", entity: "B-REASON" },
    { field: "I-denial.reason", entity: "I-REASON" },
  ]);
});

test("a misread token keeps its label, and a mention elsewhere is an entity but no field", () => {
  const words = drawn([
    "alpha bravo charlie delta Humira",
    "echo foxtrot golf hotel india",
    "take Humira, daily juliet kilo",
    "lima mike november oscar papa",
  ]);
  const value = words.slice(4, 5);
  const read = words.map((word, at) => (at === 4 ? { ...word, text: "Hurnira" } : word));
  const labels = labelTokens(asTruth(words, [field("drug.name", "Humira", value)]), 1, read) ?? [];
  assert.deepEqual(labels[4], { field: "B-drug.name", entity: "B-DRUG" });
  assert.deepEqual(labels[11], { field: "O", entity: "B-DRUG" });
  assert.equal(labels.filter(({ entity }) => entity !== "O").length, 2);
});

test("a page that was not read is not labeled", () => {
  assert.equal(labelTokens(truth, 1, []), undefined);
});

test("on a generated letter every printed value begins once, and all labels are known", () => {
  for (const page of new Set(truth.words.map((word) => word.page))) {
    const words = truth.words.filter((word) => word.page === page);
    const labels = labelTokens(truth, page, words) ?? [];
    const begun = labels.filter(({ field: label }) => label.startsWith("B-")).length;
    const printed = truth.fields.filter((one) => one.page === page).length;
    // Where one drawn word is two values, the nearer one speaks.
    assert.ok(begun >= printed * 0.9 && begun <= printed, `${begun} of ${printed}`);
    for (const { field: label, entity } of labels) {
      assert.ok(fieldLabels().includes(label), label);
      assert.ok(entityLabels().includes(entity), entity);
    }
  }
});

test("entities follow the field's kind where none is named", () => {
  assert.deepEqual(["lines[3].charge_cents", "letter.date", "decision", "diagnoses[0].icd10"].map(entityOf), [
    "MONEY",
    "DATE",
    undefined,
    "ICD10",
  ]);
});
