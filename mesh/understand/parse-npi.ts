import { asDigits } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

/** Constant that 45 CFR 162.406 NPIs add for the card issuer prefix 80840 in the Luhn sum. */
const PREFIX_SUM = 24;
const NPI_DIGITS = 10;

/** Finds a National Provider Identifier: ten digits, the last of them Luhn over `80840` and the first nine. */
export function parseNpi(text: string): Parsed | undefined {
  let first: Parsed | undefined;
  for (const match of text.matchAll(/(?<![A-Za-z0-9-])[0-9OoIlSBZGQD|!]{10}(?![A-Za-z0-9-])/g)) {
    const digits = asDigits(match[0]);
    if (digits === undefined || !/\d{5}/.test(match[0])) continue;
    const steps = digits === match[0] ? [] : ["digits"];
    const check = isNpi(digits) ? "passed" : "failed";
    const parsed: Parsed = { value: digits, start: match.index, end: match.index + match[0].length, steps, check };
    if (check === "passed") return parsed;
    first ??= parsed;
  }
  return first;
}

/** Whether ten digits carry the right check digit and a first digit in use (1 or 2). */
export function isNpi(digits: string): boolean {
  if (digits.length !== NPI_DIGITS || !/^[12]\d{9}$/.test(digits)) return false;
  let sum = PREFIX_SUM;
  for (let at = 0; at < NPI_DIGITS; at += 1) {
    const digit = Number(digits[NPI_DIGITS - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
