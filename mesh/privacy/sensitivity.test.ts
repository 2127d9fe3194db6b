import assert from "node:assert/strict";
import { test } from "node:test";
import { sensitivityOf } from "./sensitivity.ts";

test("diagnoses that law treats apart have their label", () => {
  for (const code of ["F10.20", "F11.90", "f19.10", "F18.10"]) assert.equal(sensitivityOf(code), "ETH", code);
  for (const code of ["B20", "Z21", "R75", "B97.35", "O98.711"]) assert.equal(sensitivityOf(code), "HIV", code);
  for (const code of ["T74.11XA", "T76.12XA"]) assert.equal(sensitivityOf(code), "SDV", code);
});

test("all others have none, nicotine among them", () => {
  for (const code of ["M05.79", "F17.210", "F20.9", "B21", "T73.0XXA", "Z20.6", ""]) assert.equal(sensitivityOf(code), undefined, code);
});
