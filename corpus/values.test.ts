import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createStyle } from "./draw/style.ts";
import { createLabels } from "./labels.ts";
import { createRandom } from "./random.ts";
import { createValues, printCents, printValue } from "./values.ts";

const style = {
  ...createStyle(createRandom("style"), { layout: "letter" }),
  dateFormat: "MM/DD/YYYY",
  phoneFormat: "parens",
  ndcHyphens: true,
} as const;
const labels = createLabels(createRandom("labels"));

test("values are printed by their kind", () => {
  assert.equal(printValue("member.date_of_birth", "1961-11-24", style), "11/24/1961");
  assert.equal(printValue("provider.fax", "9735550125", style), "(973) 555-0125");
  assert.equal(printValue("drug.ndc", "00074055402", style), "00074-0554-02");
  assert.equal(printValue("lines[3].paid_cents", "123456789", style), "$1,234,567.89");
  assert.equal(printValue("benefit.coinsurance_percent", "20", style), "20%");
});

test("cents survive printing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), (cents) => {
      const printed = printCents(String(cents).padStart(3, "0"));
      assert.match(printed, /^\$\d{1,3}(,\d{3})*\.\d{2}$/);
      assert.equal(Number(printed.replace(/[$,.]/g, "")), cents);
    }),
  );
});

test("an omitted value leaves a blank and no ground truth", () => {
  const values = createValues({ "member.id": "W123" }, style, labels);
  assert.deepEqual(values.show("member.id").marks, [{ name: "member.id", value: "W123" }]);
  values.omit("member.id");
  assert.equal(values.has("member.id"), false);
  assert.equal(values.show("member.id").marks, undefined);
  assert.deepEqual(values.item("member.id").value, []);
});

test("every showing is an instance of its own", () => {
  const values = createValues({ "member.id": "W123" }, style, labels);
  assert.notEqual(values.show("member.id").marks?.[0], values.show("member.id").marks?.[0]);
});

test("a label stays the same in a document; unknown names are refused", () => {
  assert.equal(labels("member.id"), labels("member.id"));
  assert.throws(() => labels("member.shoe_size"), RangeError);
  assert.throws(() => createValues({}, style, labels).show("member.id"), RangeError);
  assert.throws(() => printValue("member.shoe_size", "44", style), RangeError);
});
