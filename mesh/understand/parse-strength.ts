import { asDigits } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

const N = "[0-9OoIlSB|]{1,6}(?:[.,][0-9OoIlSB|]{1,4})?";
const UNIT = "(?:mg|mcg|g|gm|mL|ml|units?|unit|IU|mEq|%)";
const STRENGTH = new RegExp(
  `(?<![A-Za-z0-9.])(${N})\\s?(${UNIT})(?:\\s?/\\s?(${N})?\\s?(${UNIT}|actuation|dose|kg|tablet))?(?![A-Za-z0-9])`,
  "i",
);

/** Finds a strength such as `40 mg/0.8 mL`, written with one space before units and none around the slash. */
export function parseStrength(text: string): Parsed | undefined {
  const match = STRENGTH.exec(text);
  if (match === null) return undefined;
  const [raw, amount = "", unit = "", per, perUnit] = match;
  const head = `${number(amount)} ${unitName(unit)}`;
  const tail = perUnit === undefined ? "" : `/${per === undefined ? "" : `${number(per)} `}${unitName(perUnit)}`;
  const value = head + tail;
  return { value, start: match.index, end: match.index + raw.length, steps: value === raw ? [] : ["strength"], check: "shape" };
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
