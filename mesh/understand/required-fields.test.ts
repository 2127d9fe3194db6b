import assert from "node:assert/strict";
import { test } from "node:test";
import { missingFields, requiredFields } from "./required-fields.ts";

const field = (name: string, value: string) => ({ name, value });

test("a name without any value is missing", () => {
  assert.deepEqual(missingFields(["member.id", "results[].value"], [field("results[0].value", "1.2")]), ["member.id"]);
});

test("one readable row does not hide the unreadable ones", () => {
  const found = [field("results[0].value", ""), field("results[1].value", "800"), field("results[2].value", "")];
  assert.deepEqual(missingFields(["results[].value"], found), ["results[0].value", "results[2].value"]);
});

test("rows that are all unreadable are missing by both names", () => {
  assert.deepEqual(missingFields(["results[].value"], [field("results[0].value", "")]), ["results[].value", "results[0].value"]);
});

test("an empty value that nobody acts on is not missing", () => {
  assert.deepEqual(missingFields(["results[].value"], [field("results[0].value", "1"), field("lines[0].allowed_cents", "")]), []);
});

test("a letter asks for what its decision needs", () => {
  assert.ok(requiredFields(2, "approved").includes("authorization.number"));
  assert.ok(!requiredFields(2, "denied").includes("authorization.number"));
  assert.ok(requiredFields(2, "denied").includes("denial.reason"));
});
