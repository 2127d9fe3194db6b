import type { DecodedWord } from "./ctc-decode.ts";
import fitted from "./data/word-arbitration.json" with { type: "json" };
import type { ReadWord } from "./recognize-messages.ts";

/** How sure the model must be, 0..1, before its reading counts against the engine's or beside them. */
export interface Arbitration {
  /** What turns the model's probability into how often it is right: a logistic of its log odds. */
  readonly calibration: { readonly bias: number; readonly slope: number };
  readonly thresholds: {
    /** One reading of the engine agrees with the model and the other differs in characters, not in where it ends: that one counts as read twice. */
    readonly outvote: number;
    /** All three differ: the model's is taken, and the engine's surer one is its alternative. */
    readonly replace: number;
    /** The engine's readings agree with each other only: the model's becomes the alternative. */
    readonly contradict: number;
    /** The same: the model's is taken, and theirs is the alternative. */
    readonly overrule: number;
  };
}

/**
 * Who agrees with whom: `all` three readings; only the two of the `engine`; the model with the engine's `first` or `second`;
 * `none`; or there is a `single` reading of the engine.
 */
export type Agreeing = "all" | "engine" | "first" | "second" | "none" | "single";

/** Measured by bench/words/fit-arbitration.ts on validation pages. */
const ARBITRATION: Arbitration = fitted;
/** Log odds beyond these say no more than the fit has seen. */
const MAX_LOG_ODDS = 9;

interface Reading {
  readonly text: string;
  readonly confidence: number;
}

/**
 * The word after the third reading. Its text and its alternative come from three readings; what none of the three says is never
 * said. Without a third reading, or where that says nothing, the word stays as it is.
 */
export function arbitrate(word: ReadWord, third: DecodedWord | undefined, { calibration, thresholds } = ARBITRATION): ReadWord {
  if (third === undefined || bare(third.text) === "") return word;
  const first = { text: word.text, confidence: word.confidence };
  const second = { text: word.secondText, confidence: word.secondConfidence };
  const own = { text: third.text.replaceAll(" ", ""), confidence: calibrated(third.probability, calibration) };
  const sure = own.confidence;
  switch (compareReadings(word, third.text)) {
    case "all":
      return { ...word, confidence: Math.max(first.confidence, sure), secondConfidence: Math.max(second.confidence, sure) };
    case "engine":
      return sure >= thresholds.contradict && !isLesser(third.text, first.text)
        ? replace(withReadings(word, first, own), { winner: own, loser: first, sure }, thresholds.overrule)
        : word;
    case "first":
      return outvote(word, { winner: first, loser: second, sure }, thresholds.outvote);
    case "second":
      return outvote(word, { winner: second, loser: first, sure }, thresholds.outvote);
    case "none":
      return replace(word, { winner: own, loser: second.confidence > first.confidence ? second : first, sure }, thresholds.replace);
    case "single":
      return withReadings(word, first, own);
  }
}

export function compareReadings({ text, secondText }: Pick<ReadWord, "text" | "secondText">, third: string): Agreeing {
  if (bare(secondText) === "") return "single";
  const [first, second] = [sameReading(text, third), sameReading(secondText, third)];
  if (sameReading(text, secondText)) return first || second ? "all" : "engine";
  if (first) return "first";
  return second ? "second" : "none";
}

/** Whether two readings differ at most in spaces, table rules and the mark that ends a sentence. */
export function sameReading(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

/** Marks within a code or an amount; lost or found, they make another value of the same digits. */
const MARKS = /[.,/-](?=.)/g;

/** The model loses small marks, and takes a table's rule for a letter: such a reading says nothing against another. */
export function isLesser(third: string, other: string): boolean {
  const [c, a] = [bare(third), bare(other)];
  return (c.match(MARKS)?.length ?? 0) < (a.match(MARKS)?.length ?? 0) || c.slice(1) === a;
}

/**
 * Whether two readings of a code take one character for another. Where they differ in length they may be of different boxes: the
 * first half of a code, and all of it.
 */
export function isSubstitution(a: string, b: string): boolean {
  return /\d/.test(a) && bare(a).length === bare(b).length;
}

function bare(text: string): string {
  return text.replace(/[\s|]/g, "").replace(/[.,;:]+$/, "");
}

/** The probability that the model is right when it says `probability`. */
export function calibrated(probability: number, { bias, slope }: Arbitration["calibration"]): number {
  return 1 / (1 + Math.exp(-(bias + slope * logOdds(probability))));
}

/** Natural log of p ÷ (1 − p), within ±9. */
export function logOdds(probability: number): number {
  const odds = Math.log(Math.max(probability, Number.MIN_VALUE) / Math.max(1 - probability, Number.MIN_VALUE));
  return Math.max(-MAX_LOG_ODDS, Math.min(MAX_LOG_ODDS, odds));
}

interface Vote {
  readonly winner: Reading;
  readonly loser: Reading;
  readonly sure: number;
}

/** Two of three: as good as agreed where the model is sure, else the better of two that differ. */
function outvote(word: ReadWord, { winner, loser, sure }: Vote, threshold: number): ReadWord {
  const first = { text: winner.text, confidence: Math.max(winner.confidence, sure) };
  return withReadings(word, first, sure >= threshold && isSubstitution(winner.text, loser.text) ? first : loser);
}

/** The third reading in the word's place, unless it says less than what stands there. */
function replace(word: ReadWord, { winner, loser, sure }: Vote, threshold: number): ReadWord {
  return sure < threshold || isLesser(winner.text, word.text) ? word : withReadings(word, winner, loser);
}

/** The alternative is never surer than the text: what follows weighs one against the other. */
function withReadings(word: ReadWord, first: Reading, second: Reading): ReadWord {
  const secondConfidence = Math.min(second.confidence, first.confidence);
  return { ...word, text: first.text, confidence: first.confidence, secondText: second.text, secondConfidence };
}
