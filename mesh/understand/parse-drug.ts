import type { Drug } from "../codes/drugs.ts";
import type { PhraseIndex } from "./label-index.ts";
import type { Parsed } from "./parsed.ts";

/** Words of the longest drug name. */
const MAX_NAME_WORDS = 4;

/**
 * Finds a drug of the list, by brand or generic name and through OCR errors; else takes the words up to the strength, which
 * no list supports. The value is the name as the list spells it: the brand when the brand stands there.
 */
export function parseDrug(text: string, names: PhraseIndex<Drug>): Parsed | undefined {
  return findDrug(text, names) ?? unlisted(text);
}

/** Finds the first name of the list in a text. */
export function findDrug(text: string, names: PhraseIndex<Drug>): Parsed | undefined {
  const words = [...text.matchAll(/[A-Za-z0-9|!'-]+/g)];
  for (const [at, word] of words.entries()) {
    if (word[0].length < 3) continue;
    const found = nameAt(words.slice(at, at + MAX_NAME_WORDS), names);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nameAt(words: readonly RegExpExecArray[], names: PhraseIndex<Drug>): Parsed | undefined {
  for (let count = words.length; count >= 1; count -= 1) {
    const taken = words.slice(0, count);
    const match = names.match(taken.map((word) => word[0]).join(" "))[0];
    const last = taken.at(-1);
    if (match === undefined || last === undefined) continue;
    const start = taken[0]?.index ?? 0;
    const steps = match.score === 1 ? [] : ["lexicon_fuzzy"];
    return { value: match.phrase.text, start, end: last.index + last[0].length, steps, check: "passed" };
  }
  return undefined;
}

function unlisted(text: string): Parsed | undefined {
  const match = /^[^A-Za-z]*([A-Z][A-Za-z-]{3,}(?:\s[a-z][a-z-]{3,})?)/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const start = match[0].length - match[1].length;
  return { value: match[1], start, end: match[0].length, steps: [], check: "none" };
}
