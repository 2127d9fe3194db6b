import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Field } from "../../proto/document/v1/document.pb.ts";
import { indexFields, toDay, toNumber } from "./field-index.ts";

const fields = Object.entries({
  "letter.date": "2026-03-01",
  "claim.total_paid_cents": "",
  "lines[0].hcpcs": "J1745",
  "lines[0].units": "3",
  "lines[1].units": "x",
  "lines[10].units": "7",
}).map(([name, value]) => Field.fromPartial({ name, value }));

describe("indexFields", () => {
  const index = indexFields({ fields });

  it("finds repeated values by their catalogue name", () => {
    assert.deepEqual(
      index.of("lines[].units").map(({ value }) => value),
      ["3", "x", "7"],
    );
    assert.deepEqual(index.numbers("lines[].units"), [3, 7]);
    assert.deepEqual(index.of("lines[].charge_cents"), []);
  });

  it("gathers rows, whatever their indexes", () => {
    assert.deepEqual(
      index.rows("lines").map((row) => Object.fromEntries(row)),
      [{ hcpcs: "J1745", units: "3" }, { units: "x" }, { units: "7" }],
    );
    assert.deepEqual(index.rows("results"), []);
  });

  it("takes an empty value for none", () => {
    assert.equal(index.text("claim.total_paid_cents"), undefined);
    assert.equal(index.number("claim.total_paid_cents"), undefined);
    assert.equal(index.day("letter.date"), Date.UTC(2026, 2, 1) / 86_400_000);
  });
});

describe("reading values", () => {
  it("takes finite numbers only", () => {
    assert.deepEqual(["1.5", "-2", "0"].map(toNumber), [1.5, -2, 0]);
    for (const text of ["", " ", "1e999", "NaN", "12a", undefined]) assert.equal(toNumber(text), undefined);
  });

  it("takes days that exist only", () => {
    assert.equal(toDay("1970-01-02"), 1);
    for (const text of ["2026-02-29", "2026-13-01", "2026-1-1", "03/01/2026", "2026-03-01T00:00:00Z", "", undefined])
      assert.equal(toDay(text), undefined);
    assert.notEqual(toDay("2028-02-29"), undefined);
  });
});
