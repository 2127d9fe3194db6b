import type { RecognizedWord } from "./recognize-engine.ts";

/** Gap up to which two words may be one code that the recognizer split, as a part of their height; a space is about as wide. */
const MAX_GAP = 0.45;

/** A word and the index of the next word that may be its other half. */
export interface SplitPair {
  readonly first: number;
  readonly second: number;
}

/**
 * Neighbors on one line that may be halves of one code: digits face each other over a gap no wider than a space. A member
 * id cut in two is the one error that both readings of its halves agree on.
 */
export function findSplitCodes(words: readonly RecognizedWord[]): SplitPair[] {
  const pairs: SplitPair[] = [];
  for (let first = 0; first + 1 < words.length; first += 1) {
    const [a, b] = [words[first], words[first + 1]];
    if (a !== undefined && b !== undefined && maySplit(a, b)) pairs.push({ first, second: first + 1 });
  }
  return pairs;
}

function maySplit(a: RecognizedWord, b: RecognizedWord): boolean {
  if (a.line !== b.line || !/[0-9]$/.test(a.text) || !/^[0-9]/.test(b.text)) return false;
  const height = Math.max(a.y1 - a.y0, b.y1 - b.y0);
  return b.x0 - a.x1 <= MAX_GAP * height;
}

/** The two as one word over both boxes, believed as much as the weaker. */
export function joinWords<W extends RecognizedWord>(a: W, b: W): W {
  return {
    ...a,
    text: a.text + b.text,
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
    confidence: Math.min(a.confidence, b.confidence),
  };
}
