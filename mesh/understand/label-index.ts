import { fold, ocrDistance } from "./ocr-distance.ts";
import type { Token } from "./tokens.ts";

/** Folded characters by which labels are looked up; one edit inside them is forgiven. */
const PREFIX_CHARS = 4;
/** Share of a label's characters that may be misread. */
const MAX_ERROR_SHARE = 0.17;
/** The same for labels of this many characters and more, which nothing else resembles. */
const LONG_LABEL_CHARS = 10;
const LONG_LABEL_ERROR_SHARE = 0.25;
/** Labels shorter than this must match exactly after folding: `ID` is two edits from anything. */
const MIN_FUZZY_CHARS = 5;

/** A phrase to look for on a page. */
export interface Phrase<T> {
  readonly text: string;
  readonly meaning: T;
}

export interface PhraseMatch<T> {
  readonly phrase: Phrase<T>;
  /** 1 for an exact reading, less for every misread character. */
  readonly score: number;
}

interface Entry<T> {
  readonly phrase: Phrase<T>;
  readonly folded: string;
}

/** Finds phrases in misread text without comparing every phrase with every position. */
export interface PhraseIndex<T> {
  readonly longestChars: number;
  /** The phrases that `text` as a whole reads as, best first. */
  match(text: string): readonly PhraseMatch<T>[];
  /** Whether any phrase may begin with these characters. */
  mayStart(text: string): boolean;
}

export function phraseIndex<T>(phrases: readonly Phrase<T>[]): PhraseIndex<T> {
  const buckets = new Map<string, Entry<T>[]>();
  let longestChars = 0;
  for (const phrase of phrases) {
    const entry = { phrase, folded: fold(phrase.text) };
    longestChars = Math.max(longestChars, entry.folded.length);
    for (const key of keysOf(entry.folded)) {
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [entry]);
      else if (!bucket.includes(entry)) bucket.push(entry);
    }
  }
  return {
    longestChars,
    mayStart: (text) => keysOf(fold(text)).some((key) => buckets.has(key)),
    match: (text) => matches(buckets, fold(text)),
  };
}

/** The phrase that tokens read as, by whichever of their two readings fits better. */
export function matchTokens<T>(index: PhraseIndex<T>, tokens: readonly Pick<Token, "text" | "second">[]): PhraseMatch<T> | undefined {
  const first = index.match(tokens.map((token) => token.text).join(" "))[0];
  if (first?.score === 1 || tokens.every((token) => token.second === "" || token.second === token.text)) return first;
  const second = index.match(tokens.map((token) => token.second || token.text).join(" "))[0];
  return second !== undefined && second.score > (first?.score ?? 0) ? second : first;
}

function matches<T>(buckets: ReadonlyMap<string, readonly Entry<T>[]>, folded: string): PhraseMatch<T>[] {
  const near = new Set(keysOf(folded).flatMap((key) => buckets.get(key) ?? []));
  const found: PhraseMatch<T>[] = [];
  for (const entry of near) {
    const allowed = allowedErrors(entry.folded);
    if (Math.abs(entry.folded.length - folded.length) > allowed + 1) continue;
    const distance = ocrDistance(entry.folded, folded, allowed);
    if (distance <= allowed) found.push({ phrase: entry.phrase, score: 1 - distance / Math.max(1, entry.folded.length) });
  }
  return found.sort((a, b) => b.score - a.score);
}

/** The prefix itself and every prefix with one character left out, so that one misread character still meets. */
function keysOf(folded: string): string[] {
  const prefix = folded.slice(0, PREFIX_CHARS);
  const keys = [prefix];
  if (folded.length >= MIN_FUZZY_CHARS) {
    const wider = folded.slice(0, PREFIX_CHARS + 1);
    for (let at = 0; at < PREFIX_CHARS; at += 1)
      keys.push(`${prefix.slice(0, at)}${prefix.slice(at + 1)}-`, wider.slice(0, at) + wider.slice(at + 1));
  }
  return [...new Set(keys)];
}

function allowedErrors(folded: string): number {
  if (folded.length < MIN_FUZZY_CHARS) return 0;
  return folded.length * (folded.length < LONG_LABEL_CHARS ? MAX_ERROR_SHARE : LONG_LABEL_ERROR_SHARE);
}
