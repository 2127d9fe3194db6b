import type { PixelBox } from "./contact-sheet.ts";
import type { Gray } from "./gray.ts";
import type { LayerWord } from "./pdf-words.ts";
import type { RecognizeEngine } from "./recognize-engine.ts";
import { readBoxesAgain } from "./second-reading.ts";

/** Words compared with the picture on each page. */
const SAMPLE_WORDS = 24;
/** The text layer is used when at least this part of the sample reads the same. */
const MIN_AGREEMENT = 0.9;
/** Words shorter than this say little. */
const MIN_LENGTH = 3;
/** Dark pixels outside every word box that a page may have, as a part of its ink: lines, logos, boxes. */
const INK_LEVEL = 128;
const MIN_WORD_INK = 0.04;
/** Part of the sample that may have no ink under it at all: hidden words. */
const MAX_HIDDEN = 0.05;

/**
 * Whether the text layer says what the picture shows: a spread sample of its words is cut out of the picture and read.
 * Compared without case and punctuation, since the engine's own mistakes must not reject a true layer.
 */
export async function layerAgrees(engine: RecognizeEngine, page: Gray, layer: readonly LayerWord[]): Promise<boolean> {
  const sample = spread(layer.filter((word) => plain(word.text).length >= MIN_LENGTH));
  if (sample.length === 0) return false;
  const hidden = sample.filter((word) => inkPart(page, word) < MIN_WORD_INK).length;
  if (hidden > MAX_HIDDEN * sample.length) return false;
  const readings = await readBoxesAgain(engine, page, sample);
  const agreeing = sample.filter((word, index) => similar(plain(word.text), plain(readings[index]?.text ?? "")));
  return agreeing.length >= MIN_AGREEMENT * sample.length;
}

function spread(words: readonly LayerWord[]): LayerWord[] {
  const step = Math.max(1, words.length / SAMPLE_WORDS);
  const sample: LayerWord[] = [];
  for (let position = 0; position < words.length; position += step) {
    const word = words[Math.floor(position)];
    if (word !== undefined) sample.push(word);
  }
  return sample;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** Equal, or one substitution apart from six characters on. */
function similar(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.length !== b.length || a.length < 6) return false;
  let different = 0;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) different += 1;
  return different <= 1;
}

function inkPart(page: Gray, box: PixelBox): number {
  let ink = 0;
  let total = 0;
  for (let y = Math.max(0, Math.floor(box.y0)); y < Math.min(page.height, box.y1); y += 1) {
    for (let x = Math.max(0, Math.floor(box.x0)); x < Math.min(page.width, box.x1); x += 1) {
      total += 1;
      if ((page.data[y * page.width + x] ?? 255) < INK_LEVEL) ink += 1;
    }
  }
  return total === 0 ? 0 : ink / total;
}
