import { BOILERPLATE, DECISION_PHRASES, type DecisionName, LABEL_LIKE } from "./data/decisions.ts";

/** Characters of one sentence that are looked at; longer stretches are tables or noise. */
const MAX_SENTENCE_CHARS = 600;

export interface PhraseDecision {
  readonly decision: DecisionName;
  readonly start: number;
  readonly end: number;
}

const phrases = DECISION_PHRASES.map((row) => ({ decision: row.decision, pattern: new RegExp(row.pattern) }));
const labelLike = new RegExp(LABEL_LIKE.join("|"));
const boilerplate = new RegExp(BOILERPLATE.join("|"));

/** The decision that a sentence or heading states, the stronger wording first; undefined when it states none. */
export function phraseDecision(text: string): PhraseDecision | undefined {
  const lower = text.slice(0, MAX_SENTENCE_CHARS).toLowerCase();
  for (const { decision, pattern } of phrases) {
    const match = pattern.exec(lower);
    if (match !== null) return { decision, start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}

/** Whether a text speaks of rights, rules or possibilities instead of this request, or is only a label. */
export function isBoilerplate(sentence: string): boolean {
  const lower = sentence.slice(0, MAX_SENTENCE_CHARS).toLowerCase();
  return boilerplate.test(lower) || labelLike.test(lower);
}

/** Sentences of a paragraph; points inside numbers and after single letters do not end one. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[a-z)\d]{2}[.!?])\s+(?=[A-Z0-9“"])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
