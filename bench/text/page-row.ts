import { deflateSync } from "node:zlib";
import type { Truth } from "../../corpus/truth.ts";
import { pageModel } from "../../mesh/understand/page-model.ts";
import { pagePicture } from "../../mesh/understand/page-picture.ts";
import { placedTokens } from "../../mesh/understand/placed-tokens.ts";
import type { PageWords } from "../../proto/document/v1/document.pb.ts";
import { labelTokens } from "./label-tokens.ts";

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
  const placed = placedTokens(pageModel(page));
  const labels = labelTokens(
    truth,
    page.page,
    placed.map(({ token }) => token),
  );
  if (labels === undefined) return undefined;
  return {
    kind: "page",
    seed,
    type: truth.documentType,
    page: page.page,
    layout: truth.layout,
    font: truth.font,
    quality: truth.quality,
    tokens: placed.map(({ token, box, cell }, at) => ({
      text: token.text,
      box,
      cell,
      ...(labels[at] ?? { field: "O", entity: "O" }),
    })),
  };
}

/** The page's picture as the layout model sees it, by the code that serves it. */
export async function rowImage(png: Uint8Array): Promise<string> {
  return deflateSync(await pagePicture(png), { level: 9 }).toString("base64");
}
