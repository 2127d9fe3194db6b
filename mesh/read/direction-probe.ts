import { cropGray, type Gray } from "./gray.ts";
import type { RecognizedWord, RecognizeEngine } from "./recognize-engine.ts";
import { type QuarterTurn, turnGray } from "./rotate.ts";

const TURNS: readonly QuarterTurn[] = [0, 90, 180, 270];
/** Part of the page that is read in each direction, about its middle. */
const PROBE_PART = 0.3;
/** Another direction must read this much better than the present one. */
const MIN_GAIN = 1.5;
const MIN_WORD_CONFIDENCE = 0.6;
const MIN_WORD_LENGTH = 2;

/** Clockwise turn in which the middle of the page reads best; 0 when none is clearly better. */
export async function probeDirection(engine: RecognizeEngine, page: Gray, dpi: number): Promise<QuarterTurn> {
  const scores: number[] = [];
  for (const turn of TURNS) {
    const turned = turnGray(page, turn);
    const height = Math.ceil(turned.height * PROBE_PART);
    const strip = cropGray(turned, 0, Math.floor((turned.height - height) / 2), { width: turned.width, height });
    scores.push(legibility(await engine.read(strip, { segmentation: "block", dpi })));
  }
  const best = scores.indexOf(Math.max(...scores));
  return (scores[best] ?? 0) > MIN_GAIN * (scores[0] ?? 0) ? (TURNS[best] ?? 0) : 0;
}

/** Letters in words that the engine believes. */
function legibility(words: readonly RecognizedWord[]): number {
  return words
    .filter((word) => word.confidence >= MIN_WORD_CONFIDENCE && word.text.length >= MIN_WORD_LENGTH && /[\p{L}\p{N}]{2}/u.test(word.text))
    .reduce((sum, word) => sum + word.confidence * word.text.length, 0);
}
