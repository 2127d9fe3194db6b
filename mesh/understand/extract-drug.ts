import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { Extraction } from "./extraction.ts";
import { findDrug } from "./parse-drug.ts";
import { parseStrength } from "./parse-strength.ts";
import { type ReadValue, readValue } from "./readings.ts";
import type { Token } from "./tokens.ts";

/** Words behind a drug's name in which its strength stands. */
const STRENGTH_WITHIN = 6;
/** Mentions looked at: a long record repeats itself. */
const MAX_MENTIONS = 60;
/** Words by which a sentence asks for, grants or refuses the drug, rather than telling its history. */
const ASKED = /\b(request\w*|authoriz\w*|for|prescri\w*|rx|dispense|approv\w*|deni\w*|cover\w*)\b/i;

interface Mention {
  readonly read: ReadValue;
  readonly asked: boolean;
  readonly after: readonly Token[];
}

/** Listed drugs anywhere in the text, with the strength behind them; the brand stands for its generic name. */
export function extractDrug(extraction: Extraction): FieldCandidate[] {
  const mentions = extraction.pages
    .flatMap((page) => page.model.lines.flatMap((line) => mentionsIn(line.tokens, extraction)))
    .slice(0, MAX_MENTIONS);
  const brands = new Set(mentions.map((mention) => mention.read.value));
  return mentions.flatMap(({ read, asked, after }) => {
    const brand = extraction.book.drugs.find((drug) => drug.generic === read.value && brands.has(drug.brand))?.brand;
    const named: ReadValue = brand === undefined ? read : { ...read, value: brand, otherValue: "", steps: [...read.steps, "brand"] };
    const strength = readValue(after, parseStrength);
    return [
      candidateOf(named, { name: "drug.name", method: "lexicon", labelScore: asked ? 0.5 : 0.2 }),
      ...(strength === undefined ? [] : [candidateOf(strength, { name: "drug.strength", method: "prose", labelScore: 0.5 })]),
    ];
  });
}

function mentionsIn(tokens: readonly Token[], { book }: Extraction): Mention[] {
  const found: Mention[] = [];
  for (let at = 0; at < tokens.length; ) {
    const rest = tokens.slice(at);
    const read = readValue(rest, (text) => findDrug(text, book.drugNames));
    const last = read?.tokens.at(-1);
    if (read === undefined || last === undefined) break;
    const end = tokens.indexOf(last) + 1;
    const first = tokens.indexOf(read.tokens[0] ?? last);
    const before = tokens.slice(Math.max(0, first - 6), first).map((token) => token.text);
    found.push({ read, asked: ASKED.test(before.join(" ")), after: tokens.slice(end, end + STRENGTH_WITHIN) });
    at = Math.max(end, at + 1);
  }
  return found;
}
