import { buildContactSheet, type PixelBox } from "./contact-sheet.ts";
import type { Gray } from "./gray.ts";
import type { RecognizedWord, RecognizeEngine } from "./recognize-engine.ts";

/** Density told to the engine for a sheet: its words are as tall as 11-point text at 300 dpi. */
const SHEET_DPI = 300;
/** Words of one page that are read twice; beyond it the page is a listing and the rest keeps one reading. */
const MAX_WORDS = 600;
/** Words above this confidence without a digit are not read again. */
const SURE = 0.9;

export interface SecondReading {
  readonly text: string;
  readonly confidence: number;
  /** Words the engine saw in the box; more than one means it saw a space. */
  readonly parts: number;
}

const NOTHING: SecondReading = { text: "", confidence: 0, parts: 0 };

/** True for words that carry facts (any digit) or doubt: these are read a second time. */
export function needsSecondReading(word: RecognizedWord): boolean {
  return /\d/.test(word.text) || word.confidence < SURE;
}

/**
 * Reads the boxes again, out of their context: each word alone on its line, at another scale and without neighbors, so
 * that an error of the first reading is seldom repeated. One engine call for all. Empty text where nothing was read.
 */
export async function readBoxesAgain(engine: RecognizeEngine, page: Gray, boxes: readonly PixelBox[]): Promise<SecondReading[]> {
  const taken = boxes.slice(0, MAX_WORDS);
  if (taken.length === 0) return [];
  const sheet = buildContactSheet(page, taken);
  const words = await engine.read(sheet.image, { segmentation: "block", dpi: SHEET_DPI });
  return boxes.map((_, index) => {
    const band = sheet.bands[index];
    if (band === undefined) return NOTHING;
    const inside = words.filter((word) => centerY(word) >= band.top && centerY(word) < band.bottom).sort((a, b) => a.x0 - b.x0);
    if (inside.length === 0) return NOTHING;
    return {
      text: inside.map((word) => word.text).join(""),
      confidence: Math.min(...inside.map((word) => word.confidence)),
      parts: inside.length,
    };
  });
}

function centerY(word: RecognizedWord): number {
  return (word.y0 + word.y1) / 2;
}
