import { digitFor, letterFor } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

const CANDIDATE = /(?<![A-Za-z0-9.$/-])([A-Za-z0-9$|\]][0-9OoIlSBZG|]{4})(?![A-Za-z0-9/]|[.,-]\d)/g;
const LEVEL_2 = /^[A-HJ-MP-V]\d{4}$/;
const LEVEL_1 = /^\d{5}$/;

/**
 * Finds HCPCS Level II codes (letter and four digits) and codes of CPT shape (five digits, no list shipped). CPT shape is
 * only taken where `cptAllowed`, that is in a column or behind a label that says so: ZIP codes look the same.
 */
export function parseHcpcsAll(text: string, isListed: (code: string) => boolean, cptAllowed: boolean): Parsed[] {
  const found: Parsed[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const raw = match[1] ?? "";
    const parsed = level2(raw, isListed) ?? (cptAllowed ? level1(raw) : undefined);
    if (parsed !== undefined) found.push({ ...parsed, start: match.index, end: match.index + raw.length });
  }
  return found;
}

type Core = Pick<Parsed, "value" | "steps" | "check">;

function level2(raw: string, isListed: (code: string) => boolean): Core | undefined {
  const [first = "", ...rest] = raw;
  const asPrinted = raw.toUpperCase();
  if (LEVEL_2.test(asPrinted) && isListed(asPrinted)) return { value: asPrinted, steps: [], check: "passed" };
  const value = letterFor(first) + rest.map(digitFor).join("");
  if (!LEVEL_2.test(value)) return undefined;
  if (isListed(value)) return { value, steps: value === asPrinted ? [] : ["look_alikes"], check: "passed" };
  return LEVEL_2.test(asPrinted) ? { value: asPrinted, steps: [], check: "shape" } : undefined;
}

function level1(raw: string): Core | undefined {
  const value = [...raw].map(digitFor).join("");
  if (!LEVEL_1.test(value)) return undefined;
  return { value, steps: value === raw ? [] : ["digits"], check: "shape" };
}
