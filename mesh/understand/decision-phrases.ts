import { BOILERPLATE, DECISION_PHRASES, type DecisionName, LABEL_LIKE } from "./data/decisions.ts";

/** Characters of one sentence that are looked at; longer stretches are tables or noise. */
const MAX_SENTENCE_CHARS = 600;

const OPTION_WORDS = /\b(?:approved|denied|pended|pending|modified|cancell?ed|withdrawn|dismissed)\b/g;
/** Approved and denied together may be one mixed decision; more words than these are a list. */
const OPTIONS_OF_A_CHOICE = 3;

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

/** Whether a text speaks of rights, rules or possibilities instead of this request, is only a label, or lists what could be ticked. */
export function isBoilerplate(sentence: string): boolean {
  const lower = sentence.slice(0, MAX_SENTENCE_CHARS).toLowerCase();
  return boilerplate.test(lower) || labelLike.test(lower) || isOptionList(lower);
}

/** `Approved Denied Pended Modified`: a form's options, whose boxes say which one holds; the words alone say nothing. */
export function isOptionList(text: string): boolean {
  return new Set(text.slice(0, MAX_SENTENCE_CHARS).toLowerCase().match(OPTION_WORDS)).size >= OPTIONS_OF_A_CHOICE;
}

/** Sentences of a paragraph; points inside numbers and after single letters do not end one. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[a-z)\d]{2}[.!?])\s+(?=[A-Z0-9“"])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
