import { ocrDistance } from "./ocr-distance.ts";
import type { Parsed } from "./parsed.ts";

/** Words and what they say, in the order in which they are looked for. */
type Choices = readonly (readonly [value: string, words: readonly string[]])[];

const YES_NO: Choices = [
  ["no", ["not required", "no", "none", "not needed"]],
  ["yes", ["yes", "required", "needed"]],
];
const ACTIVE: Choices = [
  ["inactive", ["inactive", "not active", "not eligible", "terminated", "ineligible", "termed", "lapsed"]],
  ["active", ["active", "eligible", "active coverage"]],
];
const LEVEL: Choices = [
  ["external", ["external", "independent review", "third"]],
  ["second", ["second", "2nd", "level 2", "level two"]],
  ["first", ["first", "1st", "level 1", "level one", "initial", "redetermination"]],
];
const URGENCY: Choices = [
  ["expedited", ["expedited", "urgent", "rush", "stat", "emergent"]],
  ["standard", ["standard", "routine", "non-urgent", "regular", "normal"]],
];

export function parseYesNo(text: string): Parsed | undefined {
  return choose(text, YES_NO);
}

export function parseActive(text: string): Parsed | undefined {
  return choose(text, ACTIVE);
}

export function parseLevel(text: string): Parsed | undefined {
  return choose(text, LEVEL);
}

export function parseUrgency(text: string): Parsed | undefined {
  return choose(text, URGENCY);
}

/** The one choice that a text names; undefined when it names several, as beside check boxes. */
function choose(text: string, choices: Choices): Parsed | undefined {
  const found = choices.flatMap(([value, words]) =>
    words.flatMap((word) => {
      const place = find(text, word);
      return place === undefined ? [] : [{ value, ...place }];
    }),
  );
  const widest = found.filter(
    (one) =>
      !found.some(
        (other) => other !== one && other.start <= one.start && other.end >= one.end && other.end - other.start > one.end - one.start,
      ),
  );
  const first = widest[0];
  if (first === undefined || widest.some((other) => other.value !== first.value)) return undefined;
  return { ...first, steps: ["choice"], check: "passed" };
}

/** Where a word or phrase stands, one misread character forgiven in longer ones. */
function find(text: string, phrase: string): { readonly start: number; readonly end: number } | undefined {
  const wanted = phrase.split(" ");
  const words = [...text.toLowerCase().matchAll(/[a-z0-9|!-]+/g)];
  for (let at = 0; at + wanted.length <= words.length; at += 1) {
    const taken = words.slice(at, at + wanted.length);
    const same = taken.every((word, index) => near(wanted[index] ?? "", word[0]));
    const last = taken.at(-1);
    if (same && last !== undefined) return { start: taken[0]?.index ?? 0, end: last.index + last[0].length };
  }
  return undefined;
}

function near(wanted: string, seen: string): boolean {
  if (wanted === seen) return true;
  // `inactive` must not pass for `active`: the first letter has to hold, and short words have to be exact.
  return wanted.length >= 5 && wanted[0] === seen[0] && ocrDistance(wanted, seen, 1) <= 1;
}
