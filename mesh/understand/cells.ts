import type { Box } from "../../proto/document/v1/document.pb.ts";
import { type Line, unionBox } from "./lines.ts";
import type { Token } from "./tokens.ts";

/** A gap of this many average character widths ends a cell; one space is 0.5 to 1.3, also in typewriter fonts. */
const CELL_GAP_CHARS = 2.4;

/** A run of tokens of one line without a column gap inside. */
export interface Cell {
  readonly page: number;
  /** Index of the line on the page. */
  readonly line: number;
  readonly tokens: readonly Token[];
  readonly box: Box;
}

/** Splits a line at its column gaps. */
export function cellsOf(line: Line, lineIndex: number): Cell[] {
  const limit = charWidth(line) * CELL_GAP_CHARS;
  const runs: Token[][] = [];
  for (const token of line.tokens) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run === undefined || last === undefined || token.box.x0 - last.box.x1 > limit) runs.push([token]);
    else run.push(token);
  }
  return runs.map((tokens) => ({ page: line.page, line: lineIndex, tokens, box: unionBox(tokens.map((token) => token.box)) }));
}

/** Average character width of a line in pixels. */
export function charWidth(line: Pick<Line, "tokens" | "height">): number {
  const chars = line.tokens.reduce((sum, token) => sum + token.text.length, 0);
  const ink = line.tokens.reduce((sum, token) => sum + token.box.x1 - token.box.x0, 0);
  return chars === 0 ? line.height / 2 : Math.max(1, Math.min(ink / chars, line.height));
}
