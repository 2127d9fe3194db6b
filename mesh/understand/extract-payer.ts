import { PAYERS, type PayerEntry } from "../payers/directory.ts";
import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { ReadPage } from "./document-model.ts";
import type { Extraction } from "./extraction.ts";
import { phraseIndex } from "./label-index.ts";
import { textOf } from "./page-model.ts";
import { readValue } from "./readings.ts";
import type { Token } from "./tokens.ts";

/** Words of the longest payer name. */
const MAX_NAME_WORDS = 7;
/** The letterhead: the part of a page in which a payer's name says whose paper it is. */
const LETTERHEAD = 0.22;

const names = phraseIndex<PayerEntry>(PAYERS.flatMap((payer) => payer.names.map((text) => ({ text, meaning: payer }))));

/** Sightings of a payer's name anywhere; those behind a label or in the letterhead say most. */
export function extractPayer(extraction: Extraction): FieldCandidate[] {
  return extraction.pages.flatMap((page) => page.model.lines.flatMap((line, at) => lineSightings(page, line.tokens, at)));
}

function lineSightings(page: ReadPage, tokens: readonly Token[], lineIndex: number): FieldCandidate[] {
  const found: FieldCandidate[] = [];
  for (let start = 0; start < tokens.length; start += 1) {
    const name = longestName(tokens.slice(start, start + MAX_NAME_WORDS));
    if (name === undefined) continue;
    found.push(...sighting(page, name, lineIndex));
    start += name.length - 1;
  }
  return found;
}

function longestName(tokens: readonly Token[]): readonly Token[] | undefined {
  for (let count = tokens.length; count >= 1; count -= 1) {
    const taken = tokens.slice(0, count);
    if (payerOf(textOf(taken)) !== undefined || payerOf(taken.map((token) => token.second).join(" ")) !== undefined) return taken;
  }
  return undefined;
}

/** The payer that a text as a whole names. */
export function payerOf(text: string): PayerEntry | undefined {
  return names.match(text.replace(/[,.;:]+$/, ""))[0]?.phrase.meaning;
}

function sighting(page: ReadPage, tokens: readonly Token[], lineIndex: number): FieldCandidate[] {
  const read = readValue(tokens, (text) => {
    const payer = payerOf(text);
    return payer === undefined ? undefined : { value: payer.displayName, start: 0, end: text.length, steps: ["lexicon"], check: "passed" };
  });
  if (read === undefined) return [];
  const labeled = (page.hitsByLine.get(lineIndex) ?? []).some((hit) => hit.meaning.some((meaning) => meaning.field === "payer.name"));
  const letterhead = (tokens[0]?.box.y0 ?? 0) < page.model.heightPx * LETTERHEAD;
  return [candidateOf(read, { name: "payer.name", method: "lexicon", labelScore: labeled ? 1 : letterhead ? 0.8 : 0.3 })];
}
