import { asDigits } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

const N = "[0-9OoIlSB|]{1,6}(?:[.,][0-9OoIlSB|]{1,4})?";
const UNIT = "(?:mg|mcg|g|gm|mL|ml|units?|unit|IU|mEq|%)";
const PART = `${N}\\s?${UNIT}`;
const STRENGTH = new RegExp(`(?<![A-Za-z0-9./])${PART}(?:\\s?/\\s?(?:${PART}|${UNIT}|actuation|dose|kg|tablet))*(?![A-Za-z0-9])`, "i");
const AMOUNT = new RegExp(`^(${N})?\\s?([A-Za-z%]+)$`);

/** Finds a strength such as `40 mg/0.8 mL`, written with one space before units and none around the slash. */
export function parseStrength(text: string): Parsed | undefined {
  const match = STRENGTH.exec(text);
  if (match === null) return undefined;
  const value = match[0].split("/").map(part).join("/");
  return { value, start: match.index, end: match.index + match[0].length, steps: value === match[0] ? [] : ["strength"], check: "shape" };
}

function part(text: string): string {
  const [, amount, unit = ""] = AMOUNT.exec(text.trim()) ?? [];
  return amount === undefined ? unitName(text.trim()) : `${number(amount)} ${unitName(unit)}`;
}

function number(text: string): string {
  return text
    .replace(",", ".")
    .split(".")
    .map((part) => asDigits(part) ?? part)
    .join(".");
}

function unitName(unit: string): string {
  const lower = unit.toLowerCase();
  if (lower === "ml") return "mL";
  return lower === "iu" ? "IU" : lower === "meq" ? "mEq" : lower;
}
