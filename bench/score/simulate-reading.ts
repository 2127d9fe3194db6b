import type { Random } from "../../corpus/random.ts";
import type { TruthWord } from "../../corpus/truth.ts";
import { TextSource } from "../../proto/document/v1/document.pb.ts";
import type { PageWords, Word } from "../../proto/document/v1/document.pb.ts";

/** How a document was read. Rates are shares of words; they follow what tesseract leaves behind on generated faxes. */
export interface ReadingQuality {
  readonly name: "text_layer" | "fine" | "standard" | "poor";
  readonly source: TextSource;
  /** Mean and spread of word confidence. */
  readonly confidence: readonly [number, number];
  /** Words with a wrong character. */
  readonly wrong: number;
  /** Wrong words whose second reading is right, or right words whose second reading is wrong. */
  readonly disagree: number;
  readonly noise: readonly [number, number];
}

export const TEXT_LAYER: ReadingQuality = {
  name: "text_layer",
  source: TextSource.PDF_TEXT,
  confidence: [1, 0],
  wrong: 0,
  disagree: 0,
  noise: [0, 0],
};
export const FINE: ReadingQuality = {
  name: "fine",
  source: TextSource.OCR,
  confidence: [0.94, 0.03],
  wrong: 0.004,
  disagree: 0.02,
  noise: [0.05, 0.8],
};
export const STANDARD: ReadingQuality = {
  name: "standard",
  source: TextSource.OCR,
  confidence: [0.89, 0.06],
  wrong: 0.015,
  disagree: 0.06,
  noise: [0.1, 1.5],
};
export const POOR: ReadingQuality = {
  name: "poor",
  source: TextSource.OCR,
  confidence: [0.58, 0.2],
  wrong: 0.18,
  disagree: 0.3,
  noise: [4, 20],
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
  const skill = bell(random) * quality.confidence[1];
  return Array.from({ length: pageCount }, (_, index) => {
    const own = words.filter((word) => word.page === index + 1);
    return {
      page: index + 1,
      widthPx: Math.round(612 * PIXELS_PER_POINT),
      heightPx: Math.round(792 * PIXELS_PER_POINT),
      dpi: DPI,
      source: own.length === 0 ? TextSource.BLANK : quality.source,
      words: readWords(own, { quality, random, skill }),
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

interface Reader {
  readonly quality: ReadingQuality;
  readonly random: Random;
  readonly skill: number;
}

function readWords(words: readonly TruthWord[], reader: Reader): Word[] {
  const ordered = words.toSorted((a, b) => (Math.abs(a.box.y0 - b.box.y0) > LINE_POINTS ? a.box.y0 - b.box.y0 : a.box.x0 - b.box.x0));
  let [line, top] = [-1, Number.NEGATIVE_INFINITY];
  return ordered.map((word) => {
    if (word.box.y0 - top > LINE_POINTS) [line, top] = [line + 1, word.box.y0];
    return readWord(word, line, reader);
  });
}

function readWord(word: TruthWord, line: number, { quality, random, skill }: Reader): Word {
  const [mean, spread] = quality.confidence;
  const wrong = random.chance(quality.wrong);
  const split = random.chance(wrong ? 0.6 : quality.disagree);
  const confidence = clamp(mean + skill + bell(random) * spread - (wrong ? random.between(0.05, 0.5) : 0));
  const text = wrong ? confuse(word.text, random) : word.text;
  const box = {
    x0: word.box.x0 * PIXELS_PER_POINT,
    y0: word.box.y0 * PIXELS_PER_POINT,
    x1: word.box.x1 * PIXELS_PER_POINT,
    y1: word.box.y1 * PIXELS_PER_POINT,
  };
  const twice = quality.source === TextSource.OCR;
  const other = wrong ? word.text : confuse(word.text, random);
  return {
    text,
    box,
    confidence,
    line,
    block: 0,
    secondText: twice ? (split ? other : text) : "",
    secondConfidence: twice ? clamp(confidence - 0.03 - (split ? 0.2 : 0)) : 0,
  };
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
