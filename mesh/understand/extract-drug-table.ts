import { type FieldCandidate, candidateOf } from "./candidate.ts";
import { DRUG_COLUMNS, type DrugColumn } from "./data/table-columns.ts";
import type { Extraction } from "./extraction.ts";
import { phraseIndex } from "./label-index.ts";
import { parseDecision } from "./parse-decision.ts";
import { parseDrug } from "./parse-drug.ts";
import { parseHcpcsAll } from "./parse-hcpcs.ts";
import { parseInteger } from "./parse-number.ts";
import { parseStrength } from "./parse-strength.ts";
import { parsePlainText } from "./parse-text.ts";
import type { Parser } from "./parsed.ts";
import { readValue } from "./readings.ts";
import { tablesOf } from "./tables.ts";

const columns = phraseIndex<DrugColumn>(
  Object.entries(DRUG_COLUMNS).flatMap(([key, texts]) => texts.map((text) => ({ text, meaning: key as DrugColumn }))),
);
const TYPES = new Set<Extraction["type"]>(["pa", "letter", "appeal", "prescription"]);
/** Columns besides the drug that make a table one of requested or decided drugs, not a history. */
const MIN_KNOWN = 3;

/** The first row of a table that lists the drug asked for or decided on. */
export function extractDrugTable({ type, pages, book }: Extraction): FieldCandidate[] {
  if (!TYPES.has(type)) return [];
  const parsers: Readonly<Partial<Record<DrugColumn, Parser>>> = {
    "drug.name": (text) => parseDrug(text, book.drugNames),
    "drug.strength": parseStrength,
    "drug.quantity": parseInteger,
    "drug.days_supply": parseInteger,
    "drug.refills": parseInteger,
    "drug.directions": parsePlainText,
    "services[0].hcpcs": (text) => parseHcpcsAll(text, (code) => book.procedures.has(code), true)[0],
    "services[0].units": parseInteger,
    ...(type === "letter" ? { decision: parseDecision } : {}),
  };
  const tables = pages.flatMap((page) => tablesOf(page.model, columns));
  const table = tables.find((one) => one.columns.some((column) => column.key === "drug.name") && one.columns.length >= MIN_KNOWN);
  return [...(table?.rows[0]?.cells ?? [])].flatMap(([key, tokens]) => {
    const parse = parsers[key];
    const read = parse === undefined ? undefined : readValue(tokens, parse);
    return read === undefined ? [] : [candidateOf(read, { name: key, method: "table", labelScore: 1 })];
  });
}
