import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { Extraction } from "./extraction.ts";
import { parseName } from "./parse-name.ts";
import { readValue } from "./readings.ts";

/** A person's name with the letters of a prescriber behind it. */
const SIGNED = /^(?:Dr\.?\s+)?[A-Z][A-Za-z'’.-]+(?:\s+[A-Z][A-Za-z'’.-]*){1,3},?\s+(?:M\.?D|D\.?O|NP|FNP|APRN|PA-C|PA|DNP|MBBS)\b\.?/;
/** Words of such a cell; longer ones are sentences. */
const MAX_WORDS = 8;

/** Providers named with their credential, as in address blocks and under signatures. */
export function extractSignedName(extraction: Extraction): FieldCandidate[] {
  return extraction.pages.flatMap(({ model }) =>
    model.cells.flat().flatMap((cell) => {
      if (cell.tokens.length > MAX_WORDS) return [];
      const read = readValue(cell.tokens, (text) => (SIGNED.test(text) ? parseName(text) : undefined));
      return read === undefined ? [] : [candidateOf(read, { name: "provider.name", method: "prose", labelScore: 0.5 })];
    }),
  );
}
