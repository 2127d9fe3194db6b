import type { Parsed } from "./parsed.ts";

const CANDIDATE = /(?<![A-Za-z0-9.$])(?:(CO|PR|OA|PI|CR|C0|0A|P1)\s?[-–]?\s?)?([A-Z]?\d{1,3})(?![A-Za-z0-9.])/g;

/** Finds a claim adjustment reason code, with or without its group (`CO-45` gives `45`). */
export function parseAdjustmentReason(text: string, isListed: (code: string) => boolean): Parsed | undefined {
  let first: Parsed | undefined;
  for (const match of text.matchAll(CANDIDATE)) {
    const value = match[2] ?? "";
    const listed = isListed(value);
    const parsed: Parsed = {
      value,
      start: match.index,
      end: match.index + match[0].length,
      steps: match[1] === undefined ? [] : ["group_removed"],
      check: listed ? "passed" : "none",
    };
    if (listed && match[1] !== undefined) return parsed;
    first ??= parsed;
  }
  return first;
}
