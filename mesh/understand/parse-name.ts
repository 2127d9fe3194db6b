import type { Parsed } from "./parsed.ts";

/** Words of a person's name: first, middle, last, suffix. */
const MAX_WORDS = 5;
const TITLES = /^(mr|mrs|ms|miss|dr|md|m\.d|do|d\.o|np|pa|pa-c|rn|phd|ph\.d|facp|dnp|fnp|aprn|pharmd|jr|sr|ii|iii)\.?,?$/i;
const CREDENTIALS = /^(md|m\.d\.?|do|d\.o\.?|np|np-c|fnp|fnp-c|pa|pa-c|rn|phd|facp|dnp|aprn|arnp|mbbs|facr|faad|dr)\.?,?$/i;
/** Words that begin the next label, where a name and it were set side by side. */
const LABEL_WORD = /^(?:ID|DOB|NPI|MRN|Member|Patient|Date|Birth|Phone|Fax|Sex|Group|Plan|Address|Number|Provider|Subscriber)[.:;,]?$/;
const WORD = /^[A-Z][A-Za-z'’.-]*,?$/;

/** Finds a person's name and writes it `First Last`: credentials and titles dropped, `LAST, FIRST` turned round, capitals kept. */
export function parseName(text: string): Parsed | undefined {
  const words = [...text.matchAll(/\S+/g)];
  const from = words.findIndex((word) => WORD.test(straight(word[0])) && !CREDENTIALS.test(word[0]));
  if (from < 0) return undefined;
  const taken: RegExpExecArray[] = [];
  for (const word of words.slice(from)) {
    const letters = straight(word[0]);
    if (taken.length > 0 && LABEL_WORD.test(letters)) break;
    if (taken.length >= MAX_WORDS || CREDENTIALS.test(letters) || !WORD.test(letters)) break;
    taken.push(word);
    if (/[a-z]{3}\.$/.test(word[0])) break;
  }
  const parts = taken.map((word) => straight(word[0]));
  const value = ordered(parts);
  const last = taken.at(-1);
  if (value === undefined || last === undefined) return undefined;
  const start = taken[0]?.index ?? 0;
  const turned = parts[0]?.endsWith(",") === true;
  return { value, start, end: last.index + last[0].length, steps: turned ? ["last_first"] : [], check: "none" };
}

/** Look-alike digits inside a capitalized word become letters; trailing marks go. */
function straight(word: string): string {
  // A capital I before small letters reads as a small L.
  if (/^l[a-z]{3,}/.test(word)) return straight(`I${word.slice(1)}`);
  const letters =
    /^[A-Za-z]/.test(word) && /[0-9|]/.test(word)
      ? word
          .replace(/0/g, /[a-z]/.test(word) ? "o" : "O")
          .replace(/[1|]/g, "l")
          .replace(/5/g, "s")
      : word;
  return letters.replace(/[.;:]+$/, (marks) => (letters.length <= 2 ? marks : ""));
}

function ordered(parts: readonly string[]): string | undefined {
  const clean = parts.map((part) => part.replace(/,$/, ""));
  const comma = parts.findIndex((part) => part.endsWith(","));
  if (clean.every((part) => TITLES.test(part))) return undefined;
  if (comma < 0 || comma === parts.length - 1) return clean.length < 2 ? undefined : clean.join(" ");
  const after = clean.slice(comma + 1);
  if (after.every((part) => TITLES.test(part))) return clean.slice(0, comma + 1).join(" ");
  return [...after, ...clean.slice(0, comma + 1)].join(" ");
}
