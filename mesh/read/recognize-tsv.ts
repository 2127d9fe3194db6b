import type { RecognizedWord } from "./recognize-engine.ts";

/** Level of word rows in Tesseract's TSV (level, page, block, paragraph, line, word, left, top, width, height, conf, text). */
const WORD_LEVEL = "5";
const COLUMNS = 12;
/** Words taken of one page: more is noise read as text. */
const MAX_WORDS = 10_000;

/** Words of Tesseract's TSV output, without the blank ones it puts where it took ink for a picture. */
export function parseTesseractTsv(tsv: string): RecognizedWord[] {
  const words: RecognizedWord[] = [];
  const lines = new Map<string, number>();
  const blocks = new Map<string, number>();
  for (const row of tsv.split("\n")) {
    const cells = row.split("\t");
    if (cells[0] !== WORD_LEVEL || cells.length < COLUMNS || words.length >= MAX_WORDS) continue;
    const text = (cells[11] ?? "").trim();
    if (text === "") continue;
    const [left, top, width, height, confidence] = cells.slice(6, 11).map(Number);
    words.push({
      text,
      x0: left ?? 0,
      y0: top ?? 0,
      x1: (left ?? 0) + (width ?? 0),
      y1: (top ?? 0) + (height ?? 0),
      confidence: Math.min(1, Math.max(0, (confidence ?? 0) / 100)),
      line: indexOf(lines, `${cells[2]}.${cells[3]}.${cells[4]}`),
      block: indexOf(blocks, cells[2] ?? ""),
    });
  }
  return words;
}

function indexOf(known: Map<string, number>, key: string): number {
  const index = known.get(key) ?? known.size;
  known.set(key, index);
  return index;
}
