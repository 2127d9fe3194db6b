import { asDigits } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

const D = "[0-9OoIlSBZ|]";
const INTEGER = new RegExp(`(?<![A-Za-z0-9.,$/-])(${D}{1,3}(?:,${D}{3})+|${D}{1,6})(?:\\.0+)?(?![A-Za-z0-9$/]|[.,]\\d)`, "g");
const DECIMAL = new RegExp(`(?<![A-Za-z0-9.,/-])[<>]?\\s?(${D}{1,6}(?:\\.${D}{1,4})?)(?![A-Za-z0-9/.,])`, "g");
const PERCENT = new RegExp(`(?<![A-Za-z0-9.,])(${D}{1,3})(?:\\.0+)?\\s?(%|percent|per cent|°/o|o/o)`, "i");

/** Finds the first whole number. */
export function parseInteger(text: string): Parsed | undefined {
  return firstNumber(text, INTEGER, "integer", (digits) => String(Number(digits)));
}

/** Finds a whole number that counts units, visits or doses and stands at the very beginning. */
export function parseUnitCount(text: string): Parsed | undefined {
  return /^\W*\S+ (?:approved )?(?:units?|visits|doses|injections|treatments|fills)\b/i.test(text) ? parseInteger(text) : undefined;
}

/** Finds the first number with or without decimals, written as printed without leading zeros. */
export function parseDecimal(text: string): Parsed | undefined {
  return firstNumber(text, DECIMAL, "decimal", (digits) => digits.replace(/^0+(?=\d)/, ""));
}

/** Finds a percentage from 0 to 100. */
export function parsePercent(text: string): Parsed | undefined {
  const match = PERCENT.exec(text);
  const digits = asDigits(match?.[1] ?? "x");
  if (match === null || digits === undefined || Number(digits) > 100) return undefined;
  return { value: String(Number(digits)), start: match.index, end: match.index + match[0].length, steps: ["percent"], check: "shape" };
}

/** Table rules beside a number, read as marks: blanked, so that `51]` is 51 and `774|` is not 7741. */
function unruled(text: string): string {
  return text.replace(/(?<=\d)[|\][(){}!]+(?=\s|$)|(?<=^|\s)[|\][(){}!]+(?=[\d.])/g, (marks) => " ".repeat(marks.length));
}

function firstNumber(printedText: string, pattern: RegExp, step: string, write: (digits: string) => string): Parsed | undefined {
  const text = unruled(printedText);
  for (const match of text.matchAll(pattern)) {
    const printed = (match[1] ?? "").replace(/,/g, "");
    if (!/\d/.test(printed) && printed.length > 1) continue;
    const parts = printed.split(".").map(asDigits);
    if (parts.includes(undefined) || !/\d/.test(printed)) continue;
    const digits = parts.join(".");
    const ruled = /[|\][!]/.test(printedText.slice(Math.max(0, match.index - 1), match.index + match[0].length + 1));
    const steps = [...(ruled ? ["unruled"] : []), ...(digits === printed ? [] : ["digits"]), step];
    return { value: write(digits), start: match.index, end: match.index + match[0].length, steps, check: "none" };
  }
  return undefined;
}
