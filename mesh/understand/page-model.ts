import type { Checkbox, PageWords } from "../../proto/document/v1/document.pb.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { isFaxBanner } from "./fax-banner.ts";
import { type Line, linesOf } from "./lines.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** A page as geometry: what every extractor looks at. */
export interface PageModel {
  readonly page: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly tokens: readonly Token[];
  readonly lines: readonly Line[];
  /** Cells by line index. */
  readonly cells: readonly (readonly Cell[])[];
  readonly checkboxes: readonly Checkbox[];
}

export function pageModel(page: PageWords): PageModel {
  const tokens = tokensOf(page);
  const lines = linesOf(tokens).filter((line) => !isFaxBanner(line, page.heightPx));
  return {
    page: page.page,
    widthPx: page.widthPx,
    heightPx: page.heightPx,
    tokens,
    lines,
    cells: lines.map(cellsOf),
    checkboxes: page.checkboxes,
  };
}

/** The text of some tokens, one space between. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join(" ");
}
