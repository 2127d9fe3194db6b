import { type FieldCandidate, candidateOf, unreadable } from "./candidate.ts";
import { LINE_COLUMNS, type LineColumn } from "./data/table-columns.ts";
import type { Extraction } from "./extraction.ts";
import { phraseIndex } from "./label-index.ts";
import { parseDate } from "./parse-date.ts";
import { parseHcpcsAll } from "./parse-hcpcs.ts";
import { parseMoney } from "./parse-money.ts";
import { parseInteger } from "./parse-number.ts";
import { parseAdjustmentReason } from "./parse-carc.ts";
import type { Parser } from "./parsed.ts";
import type { PageModel } from "./page-model.ts";
import { readValue } from "./readings.ts";
import { type Table, type TableRow, tablesOf } from "./tables.ts";
import type { Token } from "./tokens.ts";

/** Service lines of one document: a CMS-1500 holds 6 a page, long remittances some dozens. */
const MAX_LINES = 60;
/** Columns that no service line leaves empty. */
const ALWAYS_THERE: readonly LineColumn[] = ["hcpcs", "charge_cents", "allowed_cents", "paid_cents"];
const TOTAL_ROW = /^\W*(sub)?(t[o0]tals?|grand|sum)/i;

const columns = phraseIndex<LineColumn>(
  Object.entries(LINE_COLUMNS).flatMap(([key, texts]) => texts.map((text) => ({ text, meaning: key as LineColumn }))),
);

/** Service lines of claims and remittances: rows of a table with a procedure code and an amount. */
export function extractLines(extraction: Extraction): FieldCandidate[] {
  if (extraction.type !== "claim" && extraction.type !== "eob") return [];
  const parsers = lineParsers(extraction);
  const rows = extraction.pages.flatMap((page) =>
    tablesOf(page.model, columns)
      .filter(isServiceTable)
      .flatMap((table) => table.rows),
  );
  return rows
    .map((row) => ({ row, values: rowValues(row, parsers) }))
    .filter(({ values }) => isServiceLine(values))
    .slice(0, MAX_LINES)
    .flatMap(({ row, values }, index) =>
      [...values, ...unreadCells(row, values)].map((value) => ({ ...value, name: `lines[${index}].${value.name}` })),
    );
}

/** A code with an amount; or, where the code could not be read, a date with an amount. */
function isServiceLine(values: readonly FieldCandidate[]): boolean {
  const has = (name: string) => values.some((value) => value.name === name);
  return (has("hcpcs") || has("service_date")) && values.some((value) => value.name.endsWith("_cents"));
}

/** Cells that every service line has and this one did not yield. */
function unreadCells(row: TableRow<LineColumn>, values: readonly FieldCandidate[]): FieldCandidate[] {
  const tokens = [...row.cells.values()].flat();
  const asked = ALWAYS_THERE.filter((key) => row.columns.has(key) && !values.some((value) => value.name === key));
  return asked.map((name) => unreadable(row.cells.get(name) ?? tokens, { name, method: "table", labelScore: 1 }));
}

/** Head lines of service tables: their column titles are no labels of the form. */
export function serviceHeadLines(model: PageModel): ReadonlySet<number> {
  return new Set(
    tablesOf(model, columns)
      .filter(isServiceTable)
      .flatMap((table) => table.headerLines),
  );
}

function isServiceTable(table: Table<LineColumn>): boolean {
  const keys = new Set(table.columns.map((column) => column.key));
  return keys.has("hcpcs") && (keys.has("charge_cents") || keys.has("paid_cents"));
}

type LineParsers = Readonly<Partial<Record<LineColumn, Parser>>>;

function lineParsers({ book }: Extraction): LineParsers {
  return {
    service_date: parseDate,
    hcpcs: (text) => parseHcpcsAll(text, (code) => book.procedures.has(code), true)[0],
    units: parseInteger,
    charge_cents: parseMoney,
    allowed_cents: parseMoney,
    paid_cents: parseMoney,
    carc: (text) => parseAdjustmentReason(text, (code) => book.adjustmentReasons.has(code)),
  };
}

function rowValues(row: TableRow<LineColumn>, parsers: LineParsers): FieldCandidate[] {
  const first = [...row.cells.values()][0]?.[0];
  if (first !== undefined && TOTAL_ROW.test(first.text)) return [];
  return [...row.cells].flatMap(([key, tokens]) => {
    const parse = parsers[key];
    return parse === undefined ? [] : cellValue(key, tokens, parse);
  });
}

function cellValue(key: LineColumn, tokens: readonly Token[], parse: Parser): FieldCandidate[] {
  const read = readValue(tokens, parse);
  return read === undefined ? [] : [candidateOf(read, { name: key, method: "table", labelScore: 1 })];
}
