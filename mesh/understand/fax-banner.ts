import type { Line } from "./lines.ts";

/** Part of the page, from its top, in which the sending machine prints its line. */
const BANNER_ZONE = 0.05;
/** A clock time and a page count: `Jan 27, 2026 12:54 FAX 602 555 0114 P.01`. */
const TIME = /\b\d{1,2}[:.]\d{2}\b/;
const PAGE_COUNT = /\b(?:p|page|pg|pgs?)\W{0,3}[\dOQol]{1,3}\b|\b\d{1,3}\s?\/\s?\d{1,3}\s*$/i;

/** Whether a line is the one that fax machines add to every page: its date and number are nobody's. */
export function isFaxBanner(line: Line, pageHeightPx: number): boolean {
  if (line.box.y1 > pageHeightPx * BANNER_ZONE) return false;
  const text = line.tokens.map((token) => token.text).join(" ");
  return TIME.test(text) && (PAGE_COUNT.test(text) || /\b(?:fax|from|to)\b/i.test(text));
}
