import type { CodeBook } from "./code-book.ts";
import type { ValueKind } from "./data/field-labels.ts";
import { parseActive, parseLevel, parseUrgency, parseYesNo } from "./parse-choice.ts";
import { parseDate } from "./parse-date.ts";
import { parseDecision } from "./parse-decision.ts";
import { parseDrug } from "./parse-drug.ts";
import { parseHcpcsAll } from "./parse-hcpcs.ts";
import { parseIcd10All } from "./parse-icd10.ts";
import { parseIdentifier } from "./parse-identifier.ts";
import { parseMoney } from "./parse-money.ts";
import { parseName } from "./parse-name.ts";
import { parseNdc } from "./parse-ndc.ts";
import { parseNpi } from "./parse-npi.ts";
import { parseDecimal, parseInteger, parsePercent, parseUnitCount } from "./parse-number.ts";
import { parsePhone } from "./parse-phone.ts";
import { parseStrength } from "./parse-strength.ts";
import { parsePlainText, parsePlan } from "./parse-text.ts";
import type { Parser } from "./parsed.ts";

/** The parser of each kind of value. */
export function valueParsers(book: CodeBook): Readonly<Record<ValueKind, Parser>> {
  return {
    identifier: parseIdentifier,
    name: parseName,
    date: parseDate,
    npi: parseNpi,
    ndc: (text) => parseNdc(text, (ndc) => book.drugByNdc.has(ndc)),
    icd10: (text) => parseIcd10All(text, book)[0],
    hcpcs: (text) => parseHcpcsAll(text, (code) => book.procedures.has(code), true)[0],
    phone: parsePhone,
    money: parseMoney,
    percent: parsePercent,
    integer: parseInteger,
    unit_count: parseUnitCount,
    decimal: parseDecimal,
    text: parsePlainText,
    plan: parsePlan,
    drug: (text) => parseDrug(text, book.drugNames),
    strength: parseStrength,
    yes_no: parseYesNo,
    active: parseActive,
    decision: parseDecision,
    level: parseLevel,
    urgency: parseUrgency,
    payer: () => undefined,
    none: () => undefined,
  };
}
