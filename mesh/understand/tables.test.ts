import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { phraseIndex } from "./label-index.ts";
import { typedPage } from "./page-fixture.ts";
import { pageModel, textOf } from "./page-model.ts";
import { tablesOf } from "./tables.ts";

const index = phraseIndex(
  ["Date", "Code", "Units", "Charge", "Paid", "Note", "Days Supply", "Drug"].map((text) => ({ text, meaning: text })),
);

function rowsOf(lines: readonly string[]): Record<string, string>[] {
  return tablesOf(pageModel(typedPage(lines)), index).flatMap((table) =>
    table.rows.map((row) => Object.fromEntries([...row.cells].map(([key, tokens]) => [key, textOf(tokens)]))),
  );
}

const HEAD = "Date          Code      Units      Charge";

describe("tablesOf", () => {
  test("gives every word to its column", () => {
    assert.deepEqual(rowsOf([HEAD, "01/02/2026    J0135         2     $120.00", "01/03/2026    99213         1      $80.00"]), [
      { Date: "01/02/2026", Code: "J0135", Units: "2", Charge: "$120.00" },
      { Date: "01/03/2026", Code: "99213", Units: "1", Charge: "$80.00" },
    ]);
  });
  test("rows shifted by some characters still fall into their columns", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }), (left, between) => {
        const row = `${" ".repeat(left)}01/02/2026${" ".repeat(4 - between)}J0135${" ".repeat(9)}2${" ".repeat(5)}$120.00`;
        assert.deepEqual(rowsOf([HEAD, row]), [{ Date: "01/02/2026", Code: "J0135", Units: "2", Charge: "$120.00" }]);
      }),
    );
  });
  test("column titles set close together are still two columns", () => {
    const rows = rowsOf(["Date          Code         Paid Note", "01/02/2026    J0135     $120.00 45"]);
    assert.deepEqual(rows, [{ Date: "01/02/2026", Code: "J0135", Paid: "$120.00", Note: "45" }]);
  });
  test("an empty cell stays empty and shifts nothing", () => {
    assert.deepEqual(rowsOf([HEAD, "01/02/2026    J0135               $120.00"]), [
      { Date: "01/02/2026", Code: "J0135", Charge: "$120.00" },
    ]);
  });
  test("a paragraph above a header is not stacked on it", () => {
    const [first] = rowsOf(["Codes: M45.9 Ankylosing spondylitis", HEAD, "01/02/2026    J0135         2     $120.00"]);
    assert.deepEqual(first, { Date: "01/02/2026", Code: "J0135", Units: "2", Charge: "$120.00" });
  });
  test("text without a header row is no table", () => {
    assert.deepEqual(rowsOf(["Your claim was paid on 01/02/2026.", "Thank you."]), []);
    assert.deepEqual(rowsOf([]), []);
  });
});
