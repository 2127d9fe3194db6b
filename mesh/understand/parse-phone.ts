import { asDigits } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

const D = "[0-9OoIlSBZG|]";
const PHONE = new RegExp(
  `(?<![0-9A-Za-z])(?:\\+?1[\\s.-])?[({]?(${D}{3})[)}]?\\s?[-.–—]?\\s?(${D}{3})\\s?[-.–—]\\s?(${D}{4})(?![0-9A-Za-z])`,
);

/** Finds a North American telephone or fax number and writes it as ten digits. */
export function parsePhone(text: string): Parsed | undefined {
  const match = PHONE.exec(text);
  if (match === null) return undefined;
  const printed = `${match[1]}${match[2]}${match[3]}`;
  const digits = asDigits(printed);
  if (digits === undefined || !/^[2-9]\d{9}$/.test(digits)) return undefined;
  const steps = digits === printed ? ["phone"] : ["digits", "phone"];
  return { value: digits, start: match.index, end: match.index + match[0].length, steps, check: "shape" };
}
