import { RECOGNIZER_CLASSES, recognizerCharacter } from "../../inference/models/recognizer.ts";

/** Texts kept at every step. */
const BEAM = 6;
/** Classes looked at in one step, and the log probability below which none is. */
const BRANCHES = 4;
const LEAST_LOG = -9;

/** What one picture says: the likeliest text and the next one, each with its share of all paths, 0..1. Texts may be empty. */
export interface DecodedWord {
  readonly text: string;
  readonly probability: number;
  readonly other: string;
  readonly otherProbability: number;
}

/** Log probability of a prefix whose paths end in a blank, and of those that end in its last character. */
interface Prefix {
  blank: number;
  character: number;
}

/**
 * Prefix beam search over `steps` rows of log probabilities (Hannun et al., "First-Pass Large Vocabulary Continuous Speech
 * Recognition using Bi-Directional Recurrent DNNs", 2014, without a language model). Deterministic.
 */
export function decodeWord(logProbs: Float32Array): DecodedWord {
  let beam = new Map<string, Prefix>([["", { blank: 0, character: Number.NEGATIVE_INFINITY }]]);
  for (let start = 0; start + RECOGNIZER_CLASSES <= logProbs.length; start += RECOGNIZER_CLASSES) {
    beam = strongest(step(beam, logProbs.subarray(start, start + RECOGNIZER_CLASSES)));
  }
  const [best, next] = [...beam].map(([text, prefix]) => ({ text: text.trim(), log: total(prefix) })).sort((a, b) => b.log - a.log);
  return {
    text: best?.text ?? "",
    probability: Math.exp(best?.log ?? Number.NEGATIVE_INFINITY),
    other: next?.text ?? "",
    otherProbability: Math.exp(next?.log ?? Number.NEGATIVE_INFINITY),
  };
}

function step(beam: ReadonlyMap<string, Prefix>, row: Float32Array): Map<string, Prefix> {
  const grown = new Map<string, Prefix>();
  const classes = likeliest(row);
  for (const [text, prefix] of beam) {
    const all = total(prefix);
    const last = text.at(-1);
    for (const at of classes) {
      const log = row[at] ?? Number.NEGATIVE_INFINITY;
      if (at === 0) add(grown, text, "blank", all + log);
      else if (recognizerCharacter(at) === last) {
        // The same character again is the same one, unless a blank stood between.
        add(grown, text, "character", prefix.character + log);
        add(grown, text + last, "character", prefix.blank + log);
      } else add(grown, text + recognizerCharacter(at), "character", all + log);
    }
  }
  return grown;
}

function add(beam: Map<string, Prefix>, text: string, end: keyof Prefix, log: number): void {
  if (log === Number.NEGATIVE_INFINITY) return;
  const prefix = beam.get(text) ?? { blank: Number.NEGATIVE_INFINITY, character: Number.NEGATIVE_INFINITY };
  prefix[end] = sumOfLogs(prefix[end], log);
  beam.set(text, prefix);
}

function likeliest(row: Float32Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < row.length; at += 1) if ((row[at] ?? 0) > LEAST_LOG) found.push(at);
  return found.sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0)).slice(0, BRANCHES);
}

function strongest(beam: Map<string, Prefix>): Map<string, Prefix> {
  if (beam.size <= BEAM) return beam;
  return new Map([...beam].sort(([, a], [, b]) => total(b) - total(a)).slice(0, BEAM));
}

function total({ blank, character }: Prefix): number {
  return sumOfLogs(blank, character);
}

function sumOfLogs(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}
