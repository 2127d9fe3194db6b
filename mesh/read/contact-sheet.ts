import { cropGray, type Gray } from "./gray.ts";
import { resizeGray } from "./resize.ts";

/** Rectangle in pixels of the picture. */
export interface PixelBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Where a word stands on the sheet: its band of rows. */
export interface SheetBand {
  readonly top: number;
  readonly bottom: number;
}

export interface ContactSheet {
  readonly image: Gray;
  /** One a box, in the order given. */
  readonly bands: readonly SheetBand[];
}

/** Height that every word is scaled to: well above what the recognizer normalizes its lines to. */
const WORD_HEIGHT = 56;
/** Context kept around a word box: strokes that the box cuts, not the neighbor's. */
const PAD_X = 1;
const PAD_Y = 3;
/** White rows between words: more than a line's height, so that no two words become one line. */
const GAP = 48;
const MARGIN = 32;
/** Widest word on a sheet; a longer one is scaled down to it. */
const MAX_WORD_WIDTH = 1600;

/** Cuts the boxes out of the picture and sets them on a white sheet, one a line, scaled smoothly to one height. */
export function buildContactSheet(page: Gray, boxes: readonly PixelBox[], wordHeight = WORD_HEIGHT): ContactSheet {
  const cells = boxes.map((box) => cellOf(page, box, wordHeight));
  const width = Math.max(1, ...cells.map((cell) => cell.width)) + 2 * MARGIN;
  const height = cells.reduce((sum, cell) => sum + cell.height + GAP, GAP);
  const data = new Uint8Array(width * height).fill(255);
  const bands: SheetBand[] = [];
  let top = GAP;
  for (const cell of cells) {
    for (let row = 0; row < cell.height; row += 1) {
      data.set(cell.data.subarray(row * cell.width, (row + 1) * cell.width), (top + row) * width + MARGIN);
    }
    bands.push({ top: top - GAP / 2, bottom: top + cell.height + GAP / 2 });
    top += cell.height + GAP;
  }
  return { image: { width, height, data }, bands };
}

function cellOf(page: Gray, box: PixelBox, wordHeight: number): Gray {
  const x = Math.floor(box.x0) - PAD_X;
  const y = Math.floor(box.y0) - PAD_Y;
  const size = { width: Math.max(1, Math.ceil(box.x1) + PAD_X - x), height: Math.max(1, Math.ceil(box.y1) + PAD_Y - y) };
  const cut = cropGray(page, x, y, size);
  const scale = Math.min(wordHeight / size.height, MAX_WORD_WIDTH / size.width);
  return resizeGray(cut, Math.max(1, Math.round(size.width * scale)), Math.max(1, Math.round(size.height * scale)));
}
