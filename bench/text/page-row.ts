import { deflateSync } from "node:zlib";
import sharp from "sharp";
import type { Truth } from "../../corpus/truth.ts";
import { pageModel } from "../../mesh/understand/page-model.ts";
import type { Box, PageWords } from "../../proto/document/v1/document.pb.ts";
import { labelTokens } from "./label-tokens.ts";

/** Side of the picture that the layout model sees, in pixels. */
const IMAGE_SIDE = 224;
/** Boxes are parts per thousand of the page. */
const BOX_SCALE = 1_000;

/** One token as the training reads it. */
interface RowToken {
  readonly text: string;
  /** x0, y0, x1, y1 in 0..1000: of the token, and of the cell it stands in. */
  readonly box: readonly number[];
  readonly cell: readonly number[];
  readonly field: string;
  readonly entity: string;
}

/** One read page with its labels, tokens in reading order. */
export interface PageRow {
  readonly kind: "page";
  readonly seed: number;
  readonly type: number;
  readonly page: number;
  readonly layout: string;
  readonly font: string;
  readonly quality: Truth["quality"];
  readonly tokens: readonly RowToken[];
  /** 224 × 224 gray bytes, deflated, base64; empty without picture. */
  readonly image: string;
}

/** The row of one page; undefined for one without words, or that was read too badly to be labeled. */
export function pageRow(truth: Truth, seed: number, page: PageWords): Omit<PageRow, "image"> | undefined {
  const model = pageModel(page);
  const placed = model.cells.flatMap((cells) => cells.flatMap((cell) => cell.tokens.map((token) => ({ token, cell }))));
  const labels = labelTokens(
    truth,
    page.page,
    placed.map(({ token }) => token),
  );
  if (labels === undefined) return undefined;
  const scaled = (box: Box) => scaleBox(box, page);
  return {
    kind: "page",
    seed,
    type: truth.documentType,
    page: page.page,
    layout: truth.layout,
    font: truth.font,
    quality: truth.quality,
    tokens: placed.map(({ token, cell }, at) => ({
      text: token.text,
      box: scaled(token.box),
      cell: scaled(cell.box),
      ...(labels[at] ?? { field: "O", entity: "O" }),
    })),
  };
}

/** The page's picture as the layout model sees it: bilinear, without keeping its aspect. */
export async function rowImage(png: Uint8Array): Promise<string> {
  const gray = await sharp(png).grayscale().resize(IMAGE_SIDE, IMAGE_SIDE, { fit: "fill", kernel: "linear" }).raw().toBuffer();
  return deflateSync(gray, { level: 9 }).toString("base64");
}

function scaleBox(box: Box, page: PageWords): readonly number[] {
  const scale = (value: number, size: number) => Math.min(BOX_SCALE, Math.max(0, Math.round((value / size) * BOX_SCALE)));
  return [scale(box.x0, page.widthPx), scale(box.y0, page.heightPx), scale(box.x1, page.widthPx), scale(box.y1, page.heightPx)];
}
