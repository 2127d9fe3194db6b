import type { Parsed } from "./parsed.ts";

/** Fewest characters of a member, group, claim or authorization number. */
const MIN_CHARS = 4;
const MAX_CHARS = 24;
const MIN_DIGITS = 2;
const CANDIDATE = /(?<![A-Za-z0-9/])[A-Za-z0-9|$]+(?:[-–—_.][A-Za-z0-9|$]+)*(?![A-Za-z0-9/])/g;

/** Finds an identifier that carries no check: letters, digits and hyphens, at least two digits; dates and amounts are none. */
export function parseIdentifier(text: string): Parsed | undefined {
  for (const match of text.matchAll(CANDIDATE)) {
    const raw = match[0];
    const digits = raw.replace(/\D/g, "").length;
    if (raw.length < MIN_CHARS || raw.length > MAX_CHARS || digits < MIN_DIGITS || /^\d+\.\d\d$/.test(raw)) continue;
    if (/^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}$/.test(raw)) continue;
    const value = raw.replace(/[–—_]/g, "-").toUpperCase();
    return { value, start: match.index, end: match.index + raw.length, steps: value === raw ? [] : ["upper_case"], check: "none" };
  }
  return undefined;
}
