import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FIELDS } from "../fields.ts";
import { maskDate, maskField, maskId, maskName } from "./mask.ts";

test("ids show their last four, names their initials, dates their year", () => {
  assert.equal(maskId("W284716093"), "••••••6093");
  assert.equal(maskId("12345678"), "••••••");
  assert.equal(maskName("Maren Okafor"), "M. O.");
  assert.equal(maskName("Jean-Luc O’Neil de la Cruz"), "J. O. D. L.");
  assert.equal(maskName("李 小龙"), "李. 小.");
  assert.equal(maskName("123"), "••••••");
  assert.equal(maskDate("1984-07-19"), "1984-••-••");
  assert.equal(maskDate("07/19/1984"), "••••••");
});

test("a field that is no PHI is shown, one that is or is unknown is not", () => {
  assert.equal(maskField("claim.number", "E1"), "E1");
  assert.equal(maskField("lines[2].hcpcs", "96413"), "96413");
  assert.equal(maskField("diagnoses[0].icd10", "M05.79"), "••••••");
  assert.equal(maskField("results[1].test", "Hemoglobin"), "••••••");
  assert.equal(maskField("something.new", "Maren"), "••••••");
  assert.equal(maskField("member.id", ""), "");
});

test("no masked PHI field shows its value or more than four of an id's characters", () => {
  const names = fc.constantFrom(...FIELDS.filter(({ phi }) => phi).map(({ name }) => name.replace("[]", "[3]")));
  fc.assert(
    fc.property(names, fc.stringMatching(/^[A-Za-z0-9]{5,30}$/), (name, value) => {
      const masked = maskField(name, value);
      assert.ok(!masked.includes(value));
      assert.ok(masked.replace(/[•. -]/g, "").length <= 4);
    }),
  );
});
