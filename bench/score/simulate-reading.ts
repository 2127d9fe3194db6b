import type { Random } from "../../corpus/random.ts";
import type { TruthWord } from "../../corpus/truth.ts";
import { TextSource } from "../../proto/document/v1/document.pb.ts";
import type { PageWords, Word } from "../../proto/document/v1/document.pb.ts";

/**
 * How a document was read. Ranges are drawn once a document; rates are shares of words. They enclose what the read stage gave
 * on generated pages of the kind (export-features.ts --pixels).
 */
export interface ReadingQuality {
  readonly name: "text_layer" | "scan" | "fine" | "standard" | "poor";
  readonly source: TextSource;
  /** Mean word confidence, and its spread between words. */
  readonly confidence: readonly [low: number, high: number];
  readonly spread: number;
  /** Words that were guessed: confidence anywhere below 0.6. */
  readonly guessed: readonly [low: number, high: number];
  /** Words with a wrong character. */
  readonly wrong: readonly [low: number, high: number];
  /** Right words whose second reading is wrong. */
  readonly disagree: readonly [low: number, high: number];
  readonly noise: readonly [low: number, high: number];
}

const OCR = TextSource.OCR;
const NONE = [0, 0] as const;
export const TEXT_LAYER: ReadingQuality = {
  name: "text_layer",
  source: TextSource.PDF_TEXT,
  confidence: [1, 1],
  spread: 0,
  guessed: NONE,
  wrong: NONE,
  disagree: NONE,
  noise: NONE,
};
export const SCAN: ReadingQuality = {
  name: "scan",
  source: OCR,
  confidence: [0.93, 0.96],
  spread: 0.03,
  guessed: [0, 0.03],
  wrong: [0, 0.004],
  disagree: [0.01, 0.16],
  noise: [0, 0.5],
};
export const FINE: ReadingQuality = {
  name: "fine",
  source: OCR,
  confidence: [0.92, 0.96],
  spread: 0.04,
  guessed: [0, 0.04],
  wrong: [0, 0.008],
  disagree: [0.03, 0.25],
  noise: [0.3, 14],
};
export const STANDARD: ReadingQuality = {
  name: "standard",
  source: OCR,
  confidence: [0.87, 0.95],
  spread: 0.06,
  guessed: [0.01, 0.1],
  wrong: [0, 0.02],
  disagree: [0.1, 0.4],
  noise: [0.3, 12],
};
export const POOR: ReadingQuality = {
  name: "poor",
  source: OCR,
  confidence: [0.45, 0.7],
  spread: 0.2,
  guessed: [0.3, 0.5],
  wrong: [0.12, 0.25],
  disagree: [0.5, 0.8],
  noise: [20, 50],
};

/** Shapes that fax resolution makes alike. */
const CONFUSIONS: Readonly<Record<string, string>> = {
  "0": "O",
  O: "0",
  "1": "l",
  l: "1",
  "5": "S",
  S: "5",
  "8": "B",
  B: "8",
  "6": "G",
  e: "c",
  rn: "m",
  a: "o",
  "7": "1",
  "3": "8",
};

const DPI = 200;
const PIXELS_PER_POINT = DPI / 72;
/** Words whose tops are this near stand on one line, in points. */
const LINE_POINTS = 4;

/** Pages as the read stage would give them, from the words that were drawn: no pixels, so thousands take minutes. */
export function simulateReading(
  words: readonly TruthWord[],
  pageCount: number,
  options: { readonly quality: ReadingQuality; readonly random: Random },
): readonly PageWords[] {
  const { quality, random } = options;
  const noise = random.between(...quality.noise);
  const reader: Reader = {
    random,
    quality,
    confidence: random.between(...quality.confidence),
    guessed: random.between(...quality.guessed),
    wrong: random.between(...quality.wrong),
    disagree: random.between(...quality.disagree),
  };
  return Array.from({ length: pageCount }, (_, index) => {
    const own = words.filter((word) => word.page === index + 1);
    return {
      page: index + 1,
      widthPx: Math.round(612 * PIXELS_PER_POINT),
      heightPx: Math.round(792 * PIXELS_PER_POINT),
      dpi: DPI,
      source: own.length === 0 ? TextSource.BLANK : quality.source,
      words: readWords(own, reader),
      rotationDegrees: 0,
      skewDegrees: random.between(-0.5, 0.5),
      noiseRatio: noise * random.between(0.7, 1.3),
      engine: "simulated",
      sourceDpiX: DPI,
      sourceDpiY: DPI,
      checkboxes: [],
      failure: "",
    };
  });
}

/** The rates of one document. */
interface Reader {
  readonly random: Random;
  readonly quality: ReadingQuality;
  readonly confidence: number;
  readonly guessed: number;
  readonly wrong: number;
  readonly disagree: number;
}

function readWords(words: readonly TruthWord[], reader: Reader): Word[] {
  const ordered = words.toSorted((a, b) => (Math.abs(a.box.y0 - b.box.y0) > LINE_POINTS ? a.box.y0 - b.box.y0 : a.box.x0 - b.box.x0));
  let [line, top] = [-1, Number.NEGATIVE_INFINITY];
  return ordered.map((word) => {
    if (word.box.y0 - top > LINE_POINTS) [line, top] = [line + 1, word.box.y0];
    return readWord(word, line, reader);
  });
}

function readWord(word: TruthWord, line: number, reader: Reader): Word {
  const { random, quality } = reader;
  const wrong = random.chance(reader.wrong);
  const split = random.chance(wrong ? 0.6 : reader.disagree);
  const usual = clamp(reader.confidence + bell(random) * quality.spread - (wrong ? random.between(0.05, 0.4) : 0));
  const confidence = random.chance(reader.guessed) ? random.between(0.05, 0.6) : usual;
  const text = wrong ? confuse(word.text, random) : word.text;
  const other = wrong ? word.text : confuse(word.text, random);
  const twice = quality.source === OCR;
  return {
    text,
    box: scaled(word.box),
    confidence,
    line,
    block: 0,
    secondText: twice ? (split ? other : text) : "",
    secondConfidence: twice ? clamp(confidence - (split ? 0.2 : 0.03)) : 0,
  };
}

function scaled({ x0, y0, x1, y1 }: TruthWord["box"]): TruthWord["box"] {
  return { x0: x0 * PIXELS_PER_POINT, y0: y0 * PIXELS_PER_POINT, x1: x1 * PIXELS_PER_POINT, y1: y1 * PIXELS_PER_POINT };
}

function confuse(text: string, random: Random): string {
  const at = random.int(0, Math.max(0, text.length - 1));
  const found = text.charAt(at);
  return text.slice(0, at) + (CONFUSIONS[found] ?? random.pick(["t", "i", "c", "4"])) + text.slice(at + 1);
}

/** About normal, mean 0 and deviation 1: the sum of four uniform numbers. */
function bell(random: Random): number {
  return (random.next() + random.next() + random.next() + random.next() - 2) * Math.sqrt(3);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0.05, value));
}
