import { asDigits } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

/** Segment lengths of 10-digit labels (21 CFR 207.33) and of the 11-digit billing form. */
const FORMS: readonly (readonly [number, number, number])[] = [
  [5, 4, 2],
  [5, 4, 1],
  [5, 3, 2],
  [4, 4, 2],
];
const CANDIDATE =
  /(?<![A-Za-z0-9])([0-9OoIlSBZGQ|]{4,5})\s?[-–—]\s?([0-9OoIlSBZGQ|]{3,4})\s?[-–—]\s?([0-9OoIlSBZGQ|]{1,2})(?![A-Za-z0-9])/g;
const PLAIN = /(?<![A-Za-z0-9-])[0-9OoIlSBZGQ|]{11}(?![A-Za-z0-9-])/g;

/** Finds a National Drug Code and writes it as 11 digits; `isListed` says whether the directory knows it. */
export function parseNdc(text: string, isListed: (ndc11: string) => boolean): Parsed | undefined {
  const found: Parsed[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const value = toNdc11([match[1] ?? "", match[2] ?? "", match[3] ?? ""]);
    if (value !== undefined) found.push(toParsed(value, match[0], match.index, isListed));
  }
  for (const match of text.matchAll(PLAIN)) {
    const value = asDigits(match[0]);
    if (value !== undefined && /\d{5}/.test(match[0])) found.push(toParsed(value, match[0], match.index, isListed));
  }
  return found.find((parsed) => parsed.check === "passed") ?? found[0];
}

function toParsed(value: string, raw: string, start: number, isListed: (ndc11: string) => boolean): Parsed {
  const printed = raw.replace(/[-–—\s]/g, "");
  const steps = asDigits(printed) === printed ? ["ndc11"] : ["digits", "ndc11"];
  return { value, start, end: start + raw.length, steps, check: isListed(value) ? "passed" : "shape" };
}

/** Labeler, product and package segments as 11 digits, each padded with zeros on the left. */
export function toNdc11(segments: readonly [string, string, string]): string | undefined {
  const digits = segments.map(asDigits);
  const fits = FORMS.some((form) => form.every((length, at) => digits[at]?.length === length));
  if (!fits) return undefined;
  const [labeler = "", product = "", pack = ""] = digits;
  return labeler.padStart(5, "0") + product.padStart(4, "0") + pack.padStart(2, "0");
}
