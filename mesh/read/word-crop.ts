import type { PixelBox } from "./contact-sheet.ts";
import { cropGray, type Gray } from "./gray.ts";
import { resizeGray } from "./resize.ts";

/** Rows of a word as the recognizer model sees it. */
export const CROP_HEIGHT = 32;
/** Longest word in columns; a longer one is squeezed. */
const MAX_CROP_WIDTH = 512;
const MIN_CROP_WIDTH = 8;
/** Room around a box, as parts of its height: what the box cuts off, and not yet the neighbor. */
const PAD_ROWS = 0.2;
const PAD_COLUMNS = 0.15;
/** Least difference between the darkest and the lightest pixel that is print; below it there is none to bring out. */
const MIN_CONTRAST = 48;

/**
 * One word for the recognizer model: 32 rows, 8 to 512 columns, as wide as the word is for its height, black brought to 0 and
 * paper to 255. The same code cuts words for training and for serving.
 */
export function cropWord(page: Gray, box: PixelBox): Gray {
  const height = Math.max(1, box.y1 - box.y0);
  const x = Math.floor(box.x0 - PAD_COLUMNS * height);
  const y = Math.floor(box.y0 - PAD_ROWS * height);
  const size = {
    width: Math.max(1, Math.ceil(box.x1 + PAD_COLUMNS * height) - x),
    height: Math.max(1, Math.ceil(box.y1 + PAD_ROWS * height) - y),
  };
  const width = Math.round((size.width * CROP_HEIGHT) / size.height);
  const cut = resizeGray(cropGray(page, x, y, size), Math.min(MAX_CROP_WIDTH, Math.max(MIN_CROP_WIDTH, width)), CROP_HEIGHT);
  return stretchContrast(cut);
}

function stretchContrast(gray: Gray): Gray {
  let [low, high] = [255, 0];
  for (const value of gray.data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high - low < MIN_CONTRAST || (low === 0 && high === 255)) return gray;
  const scale = 255 / (high - low);
  return { ...gray, data: gray.data.map((value) => Math.round((value - low) * scale)) };
}
