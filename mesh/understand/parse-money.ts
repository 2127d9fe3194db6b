import { asDigits } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

const D = "[0-9OoIlSBZGQ|]";
/** A dollar sign, or a token that is only digits with two decimals. */
const AMOUNT = new RegExp(`(?<![A-Za-z0-9.,])(\\$\\s?)?(${D}{1,3}(?:[,.]\\s?${D}{3})+|${D}{1,7})\\s?[.,]\\s?(${D}{2})(?![0-9A-Za-z])`, "g");
/** Whole dollars, taken only behind a dollar sign. */
const WHOLE = new RegExp(`\\$\\s?(${D}{1,3}(?:,\\s?${D}{3})+|${D}{1,7})(?![0-9A-Za-z]|[.,]${D})`, "g");

/** Finds the amounts of a text in reading order, in cents. */
export function parseMoneyAll(text: string): Parsed[] {
  const found: Parsed[] = [];
  for (const match of text.matchAll(AMOUNT)) {
    const parsed = toCents(match, { dollars: match[2] ?? "", cents: match[3] ?? "", signed: match[1] !== undefined });
    if (parsed !== undefined) found.push(parsed);
  }
  for (const match of text.matchAll(WHOLE)) {
    const parsed = toCents(match, { dollars: match[1] ?? "", cents: "00", signed: true });
    if (parsed !== undefined) found.push(parsed);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Finds the first amount. */
export function parseMoney(text: string): Parsed | undefined {
  return parseMoneyAll(text)[0];
}

interface Amount {
  readonly dollars: string;
  readonly cents: string;
  readonly signed: boolean;
}

function toCents(match: RegExpExecArray, { dollars, cents, signed }: Amount): Parsed | undefined {
  const printed = dollars.replace(/[,.\s]/g, "") + cents;
  const digits = asDigits(printed);
  if (digits === undefined || !/\d/.test(printed)) return undefined;
  const steps = digits === printed ? ["cents"] : ["digits", "cents"];
  return { value: String(Number(digits)), start: match.index, end: match.index + match[0].length, steps, check: signed ? "shape" : "none" };
}
