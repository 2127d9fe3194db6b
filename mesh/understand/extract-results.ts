import { type FieldCandidate, candidateOf, unreadable } from "./candidate.ts";
import type { CodeBook } from "./code-book.ts";
import { RESULT_COLUMNS, type ResultColumn } from "./data/table-columns.ts";
import type { Extraction } from "./extraction.ts";
import { phraseIndex } from "./label-index.ts";
import { parseFlag, parseLabTest, parseUnit } from "./parse-lab.ts";
import { parseDecimal } from "./parse-number.ts";
import type { Parser } from "./parsed.ts";
import { readValue } from "./readings.ts";
import { type TableRow, tablesOf } from "./tables.ts";

/** Results of one report. */
const MAX_RESULTS = 80;

const columns = phraseIndex<ResultColumn>(
  Object.entries(RESULT_COLUMNS).flatMap(([key, texts]) => texts.map((text) => ({ text, meaning: key as ResultColumn }))),
);

/** Laboratory results: rows of a table with a test name and a number. */
export function extractResults(extraction: Extraction): FieldCandidate[] {
  if (extraction.type !== "lab") return [];
  const rows = extraction.pages.flatMap((page) => tablesOf(page.model, columns).flatMap((table) => table.rows));
  return rows
    .map((row) => ({ row, values: rowValues(row, extraction.book) }))
    .filter(({ values }) => isResult(values))
    .slice(0, MAX_RESULTS)
    .flatMap(({ row, values }, index) =>
      [...values, ...unreadValue(row, values)].map((value) => ({ ...value, name: `results[${index}].${value.name}` })),
    );
}

/** A test with a number; or a test of the list whose number could not be read. */
function isResult(values: readonly FieldCandidate[]): boolean {
  const test = values.find((value) => value.name === "test");
  return test !== undefined && (test.evidence.check === "passed" || values.some((value) => value.name === "value"));
}

function unreadValue(row: TableRow<ResultColumn>, values: readonly FieldCandidate[]): FieldCandidate[] {
  if (values.some((value) => value.name === "value")) return [];
  return [unreadable(row.cells.get("value") ?? row.cells.get("test") ?? [], { name: "value", method: "table", labelScore: 1 })];
}

function rowValues(row: TableRow<ResultColumn>, book: CodeBook): FieldCandidate[] {
  const parsers: Readonly<Partial<Record<ResultColumn, Parser>>> = {
    test: (text) => parseLabTest(text, book.labTests),
    value: parseDecimal,
    unit: (text) => parseUnit(text, book.labUnits),
    flag: parseFlag,
  };
  return [...row.cells].flatMap(([key, tokens]) => {
    const parse = parsers[key];
    const read = parse === undefined ? undefined : readValue(tokens, parse);
    return read === undefined ? [] : [candidateOf(read, { name: key, method: "table", labelScore: 1 })];
  });
}
