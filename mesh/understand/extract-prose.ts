import { type FieldCandidate, candidateOf } from "./candidate.ts";
import { PROSE_RULES, type ProseRule } from "./data/prose-rules.ts";
import type { Extraction } from "./extraction.ts";
import { firstSentence, type Paragraph, paragraphsOf } from "./paragraphs.ts";
import { readValue } from "./readings.ts";
import type { Token } from "./tokens.ts";
import { valueParsers } from "./value-parsers.ts";

/** Words behind a wording in which its value must begin. */
const VALUE_STARTS_WITHIN = 3;
/** Words that a value may take. */
const VALUE_WORDS = 8;
/** Words of a free-text value: up to the end of its sentence. */
const TEXT_WORDS = 60;
/** Words that a paragraph of running text has at least; shorter ones are form cells. */
const MIN_WORDS = 4;

const rules = PROSE_RULES.map((rule) => ({ rule, pattern: new RegExp(`(?<![a-z])${rule.before}\\s+`, "gi") }));

/** Values that stand in sentences behind their usual wording. */
export function extractProse(extraction: Extraction): FieldCandidate[] {
  const parsers = valueParsers(extraction.book);
  const fitting = rules.filter(({ rule }) => rule.types === undefined || rule.types.some((type) => type === extraction.type));
  const paragraphs = extraction.pages
    .flatMap((page) => paragraphsOf(page.model))
    .filter((paragraph) => paragraph.tokens.length >= MIN_WORDS);
  return paragraphs.flatMap((paragraph) =>
    fitting.flatMap(({ rule, pattern }) =>
      [...paragraph.text.matchAll(pattern)].flatMap((match) => {
        const tokens = tokensAfter(paragraph, match.index + match[0].length, rule);
        const read = readValue(tokens, parsers[rule.kind]);
        if (read === undefined || !startsSoon(tokens, read.tokens)) return [];
        return [candidateOf(read, { name: rule.field, method: "prose", labelScore: 0.6 })];
      }),
    ),
  );
}

/** The tokens from an offset of the paragraph's text on: some words, or for free text the rest of the sentence. */
function tokensAfter(paragraph: Paragraph, offset: number, rule: ProseRule): Token[] {
  let at = 0;
  const first = paragraph.tokens.findIndex((token) => {
    const here = at;
    at += token.text.length + 1;
    return here >= offset;
  });
  if (first < 0) return [];
  if (rule.kind !== "text") return paragraph.tokens.slice(first, first + VALUE_WORDS);
  return [...firstSentence(paragraph.tokens.slice(first, first + TEXT_WORDS))];
}

function startsSoon(zone: readonly Token[], value: readonly Token[]): boolean {
  const first = value[0];
  return first !== undefined && zone.indexOf(first) < VALUE_STARTS_WITHIN;
}
