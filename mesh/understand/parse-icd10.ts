import type { CodeBook } from "./code-book.ts";
import { digitFor, lettersFor } from "./confusions.ts";
import type { Parsed } from "./parsed.ts";

const CANDIDATE = /(?<![A-Za-z0-9.$])([A-Za-z0-9|$][0-9OoIlSBZ|][0-9A-Za-z|])\s?([.,]?)\s?([0-9A-Za-z|]{1,4})?(?![A-Za-z0-9])/g;
/** The step of a code that several listed ones may be. */
export const AMBIGUOUS = "ambiguous_letter";
const SHAPE = /^[A-TV-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?$/;

/** The code list as this parser asks it. */
export type DiagnosisList = Pick<CodeBook, "diagnoses" | "diagnosisCategories">;

/**
 * Finds the ICD-10-CM codes of a text, with their point. A category whose codes the list has, and a code that several listed
 * ones may be (`120.9` is `I20.9` or `L20.9`), come with a failed check.
 */
export function parseIcd10All(text: string, list: DiagnosisList): Parsed[] {
  const found: Parsed[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const parsed = toParsed(match, list);
    if (parsed !== undefined) found.push(parsed);
  }
  return found;
}

function toParsed(match: RegExpExecArray, list: DiagnosisList): Parsed | undefined {
  const [raw, category = "", point = "", rest = ""] = match;
  const printed: Printed = { raw, category, rest, pointed: point === ".", unmarked: point === "" && rest !== "" };
  if (!mayBeCode(printed)) return undefined;
  const inserted = rest !== "" && point !== "." ? ["point"] : [];
  const code = asPrinted(printed, list) ?? asStraightened(printed, list);
  if (code === undefined) return undefined;
  return { ...code, steps: [...code.steps, ...inserted], start: match.index, end: match.index + raw.trimEnd().length };
}

type Code = Pick<Parsed, "value" | "steps" | "check">;

function asPrinted({ category, rest }: Printed, list: DiagnosisList): Code | undefined {
  const value = joined(category, rest).toUpperCase();
  return SHAPE.test(value) && list.diagnoses.has(value) ? { value, steps: [], check: "passed" } : undefined;
}

function asStraightened({ category, rest, unmarked }: Printed, list: DiagnosisList): Code | undefined {
  const printed = joined(category, rest).toUpperCase();
  const possible = straighten(category, rest).filter((code) => SHAPE.test(code));
  const listed = possible.filter((code) => list.diagnoses.has(code));
  const value = listed[0] ?? possible[0];
  if (value === undefined) return undefined;
  const steps = value === printed ? [] : ["look_alikes"];
  if (listed.length > 1) return { value, steps: [...steps, AMBIGUOUS], check: "failed" };
  if (listed.length === 1) return { value, steps, check: "passed" };
  if (list.diagnosisCategories.has(value)) return { value, steps, check: "failed" };
  // An unlisted code needs its point as a witness: five characters of any reference number would pass otherwise.
  if (unmarked) return undefined;
  return { value: SHAPE.test(printed) ? printed : value, steps, check: "shape" };
}

interface Printed {
  readonly raw: string;
  readonly category: string;
  readonly rest: string;
  /** Has its point, read as one. */
  readonly pointed: boolean;
  /** Longer than a category, without the point. */
  readonly unmarked: boolean;
}

/** `110/85` and `not` are no codes: a bare category must be printed as one, a longer code may begin with a look-alike. */
function mayBeCode({ raw, category, rest, pointed, unmarked }: Printed): boolean {
  const numbered = /\d/.test(category) || (pointed && /\d/.test(rest));
  if (!numbered || (unmarked && raw.includes(" "))) return false;
  return rest !== "" || /^[A-Z]/.test(category);
}

function joined(category: string, rest: string): string {
  return rest === "" ? category : `${category}.${rest}`;
}

/**
 * Letter first, then two digits; later characters stay letters only where ICD-10-CM uses them (7th character, X). As many
 * texts as letters look like the first character.
 */
function straighten(category: string, rest: string): string[] {
  const [first = "", second = "", third = ""] = category;
  const numbers = digitFor(second) + digitFor(third);
  const tail = [...rest].map((char, at) => (at < 3 && !/[xX]/.test(char) ? digitFor(char) : char.toUpperCase())).join("");
  return lettersFor(first).map((letter) => joined(letter + numbers, tail));
}
