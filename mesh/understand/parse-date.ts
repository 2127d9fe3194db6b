import { asDigits } from "./confusions.ts";
import { ocrDistance } from "./ocr-distance.ts";
import type { Parsed } from "./parsed.ts";

const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
/** Two-digit years above this are of the last century: nobody's coverage begins after it, few patients are older. */
const CENTURY_PIVOT = 40;
const EARLIEST_YEAR = 1900;
const LATEST_YEAR = 2099;
const D = "[0-9OoIlSBZGQD|!]";

const NUMERIC = new RegExp(`(?<![0-9A-Za-z])(${D}{1,2})\\s?([/.-])\\s?(${D}{1,2})\\s?[/.-]\\s?(${D}{4}|${D}{2})(?![0-9A-Za-z])`, "g");
const ISO = new RegExp(`(?<![0-9A-Za-z])(${D}{4})[-/.](${D}{2})[-/.](${D}{2})(?![0-9A-Za-z])`, "g");
const MONTH_FIRST = new RegExp(`([A-Za-z0-9]{3,10})\\.?\\s*(${D}{1,2})(?:st|nd|rd|th)?\\s?[,.]?\\s*(${D}{4})(?![0-9A-Za-z])`, "g");
const DAY_FIRST = new RegExp(`(?<![0-9A-Za-z])(${D}{1,2})[\\s-]+([A-Za-z0-9]{3,10})\\.?,?[\\s-]+(${D}{4})(?![0-9A-Za-z])`, "g");
/** Both slashes read as a digit-like stroke: `03/11/2026` as `0311112026` or `03l11l2026`. */
const LOST_SLASHES = /(?<![0-9A-Za-z])(\d\d)[1lI|7](\d\d)[1lI|7]((?:19|20)\d\d)(?![0-9A-Za-z])/g;

interface DateParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
}

/** Finds the dates of a text in reading order, as ISO dates; month first where all is digits, as US payers print. */
export function parseDateAll(text: string): Parsed[] {
  const found = [
    ...scan(text, ISO, ([, year = "", month = "", day = ""]) => ({ year, month, day })),
    ...scan(text, NUMERIC, ([, month = "", , day = "", year = ""]) => ({ year, month, day })),
    ...scan(text, MONTH_FIRST, ([, name = "", day = "", year = ""]) => named(name, day, year)),
    ...scan(text, DAY_FIRST, ([, day = "", name = "", year = ""]) => named(name, day, year)),
    ...scan(text, LOST_SLASHES, ([, month = "", day = "", year = ""]) => ({ year, month, day }), ["slashes"]),
  ].sort((a, b) => a.start - b.start || b.end - a.end);
  return found.filter((parsed, at) => found.findIndex((other) => other.start < parsed.end && parsed.start < other.end) === at);
}

/** Finds the first date. */
export function parseDate(text: string): Parsed | undefined {
  return parseDateAll(text)[0];
}

function scan(
  text: string,
  pattern: RegExp,
  read: (match: RegExpExecArray) => DateParts | undefined,
  extra: readonly string[] = [],
): Parsed[] {
  const found: Parsed[] = [];
  for (const match of text.matchAll(pattern)) {
    const parts = read(match);
    const value = parts === undefined ? undefined : isoDate(parts);
    if (value === undefined) continue;
    const clean = /^[\d\s/.,-]*$/.test(match[0].replace(/[A-Za-z]{3,10}/, ""));
    const steps = [...extra, ...(clean ? [] : ["digits"]), "iso_date"];
    found.push({ value, start: match.index, end: match.index + match[0].length, steps, check: extra.length > 0 ? "none" : "shape" });
  }
  return found;
}

function named(name: string, day: string, year: string): DateParts | undefined {
  const month = monthNumber(name);
  return month === undefined ? undefined : { year, month: String(month), day };
}

function monthNumber(name: string): number | undefined {
  const lower = name.toLowerCase();
  const at = MONTHS.findIndex((month) =>
    lower.length === 3 || lower === "sept" ? month.startsWith(lower) : ocrDistance(month, lower, 1) <= 1,
  );
  return at < 0 ? undefined : at + 1;
}

/** The ISO date of printed parts, or undefined when no calendar has that day. */
export function isoDate(parts: DateParts): string | undefined {
  const year = asDigits(parts.year);
  const month = asDigits(parts.month);
  const day = asDigits(parts.day);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const full = year.length === 2 ? Number(year) + (Number(year) > CENTURY_PIVOT ? 1900 : 2000) : Number(year);
  if (full < EARLIEST_YEAR || full > LATEST_YEAR) return undefined;
  const iso = `${full}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== iso ? undefined : iso;
}
