import { type TruthPage, type TruthWord, toPixels } from "../../corpus/truth.ts";
import type { PixelBox } from "../../mesh/read/contact-sheet.ts";
import { type Gray, MIDDLE } from "../../mesh/read/gray.ts";
import type { PreparedPage } from "../../mesh/read/prepare.ts";

/** A drawn word and the box of its ink on the prepared page. */
export interface PlacedWord {
  readonly text: string;
  /** As an OCR engine finds it: no larger than the ink. */
  readonly ink: PixelBox;
  /** From the top of capitals to the foot of descenders, whether the word has them or not. */
  readonly full: PixelBox;
}

/** Where the words of a page that was not turned stand after preparation; what left no ink is left out. */
export function placeWords(words: readonly TruthWord[], sent: TruthPage, prepared: PreparedPage): PlacedWord[] {
  const { page, skewDegrees, ocr, ocrScale } = prepared;
  const scale = { x: page.width / sent.widthPx, y: page.height / sent.heightPx };
  return words.flatMap(({ text, box }) => {
    const raster = toPixels(box, sent.transform);
    const square = { x0: raster.x0 * scale.x, x1: raster.x1 * scale.x, y0: raster.y0 * scale.y, y1: raster.y1 * scale.y };
    const full = leveled(square, page, skewDegrees);
    const ink = inkBox(ocr, { x0: full.x0 * ocrScale, y0: full.y0 * ocrScale, x1: full.x1 * ocrScale, y1: full.y1 * ocrScale });
    if (ink === undefined) return [];
    return [{ text, full, ink: { x0: ink.x0 / ocrScale, y0: ink.y0 / ocrScale, x1: ink.x1 / ocrScale, y1: ink.y1 / ocrScale } }];
  });
}

/** The box after the page was turned about its center by −degrees; a level page's box keeps its size. */
function leveled(box: PixelBox, page: Gray, degrees: number): PixelBox {
  const radians = (degrees * Math.PI) / 180;
  const [centerX, centerY] = [(page.width - 1) / 2, (page.height - 1) / 2];
  const [x, y] = [(box.x0 + box.x1) / 2 - centerX, (box.y0 + box.y1) / 2 - centerY];
  const [toX, toY] = [centerX + x * Math.cos(radians) + y * Math.sin(radians), centerY - x * Math.sin(radians) + y * Math.cos(radians)];
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  // The corners of a falling word span more rows than it has.
  const rows = Math.max(height * 0.6, height - Math.abs(Math.sin(radians)) * width);
  return { x0: toX - width / 2, x1: toX + width / 2, y0: toY - rows / 2, y1: toY + rows / 2 };
}

function inkBox(picture: Gray, box: PixelBox): PixelBox | undefined {
  let [x0, y0, x1, y1] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1];
  for (let y = Math.max(0, Math.round(box.y0)); y < Math.min(picture.height, Math.round(box.y1)); y += 1) {
    for (let x = Math.max(0, Math.round(box.x0)); x < Math.min(picture.width, Math.round(box.x1)); x += 1) {
      if ((picture.data[y * picture.width + x] ?? 255) >= MIDDLE) continue;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x + 1);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y + 1);
    }
  }
  return x1 < 0 ? undefined : { x0, y0, x1, y1 };
}
