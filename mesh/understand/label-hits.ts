import type { Box } from "../../proto/document/v1/document.pb.ts";
import type { Cell } from "./cells.ts";
import { matchTokens, type PhraseIndex } from "./label-index.ts";
import { median, unionBox } from "./lines.ts";
import { fold } from "./ocr-distance.ts";
import type { PageModel } from "./page-model.ts";
import type { Token } from "./tokens.ts";

/** Words of the longest label. */
const MAX_LABEL_TOKENS = 8;
/** A line this much taller than the page's text is a title: words in it are no column heads. */
const TITLE_HEIGHT = 1.2;

/** A label found on a page. */
export interface LabelHit<T> {
  readonly meaning: T;
  readonly text: string;
  readonly page: number;
  readonly line: number;
  /** Positions in the line's tokens; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly box: Box;
  readonly score: number;
  /** A colon or number sign follows. */
  readonly marked: boolean;
  /** Stands first in its cell. */
  readonly opensCell: boolean;
  /** Nothing else stands in its cell. */
  readonly fillsCell: boolean;
  /** Printed with a capital or a mark first, as labels are. */
  readonly capital: boolean;
}

/** Labels of a page in reading order; where several begin at one word, the longest wins. */
export function labelHits<T>(model: PageModel, index: PhraseIndex<T>): LabelHit<T>[] {
  const bodyHeight = median(model.lines.map((line) => line.height));
  return model.lines.flatMap((line, lineIndex) => lineHits({ model, index, lineIndex, tokens: line.tokens, bodyHeight }));
}

interface LineScan<T> {
  readonly model: PageModel;
  readonly index: PhraseIndex<T>;
  readonly lineIndex: number;
  readonly tokens: readonly Token[];
  /** Usual text height of the page. */
  readonly bodyHeight: number;
}

function lineHits<T>(scan: LineScan<T>): LabelHit<T>[] {
  const hits: LabelHit<T>[] = [];
  const cells = scan.model.cells[scan.lineIndex] ?? [];
  for (let start = 0; start < scan.tokens.length; start += 1) {
    const hit = longestAt(scan, cells, start);
    if (hit === undefined) continue;
    hits.push(hit);
    start = hit.end - 1;
  }
  const height = scan.model.lines[scan.lineIndex]?.height ?? 0;
  if (height > scan.bodyHeight * TITLE_HEIGHT) return hits;
  return cells.reduce((all, cell) => openHeaderCell(all, cell, scan.tokens), hits);
}

/** Header cells set so close that they look like one: where labels are all there is, each stands for itself. */
function openHeaderCell<T>(hits: LabelHit<T>[], cell: Cell, tokens: readonly Token[]): LabelHit<T>[] {
  const inside = new Set(hits.filter((hit) => !hit.marked && cell.tokens.includes(tokens[hit.start] as Token)));
  const covered = [...inside].reduce((sum, hit) => sum + hit.end - hit.start, 0);
  const words = cell.tokens.filter((token) => /[A-Za-z0-9]/.test(token.text)).length;
  if (inside.size < 2 || covered < words) return hits;
  return hits.map((hit) => (inside.has(hit) ? { ...hit, opensCell: true, fillsCell: true } : hit));
}

function longestAt<T>(scan: LineScan<T>, cells: readonly Cell[], start: number): LabelHit<T> | undefined {
  const { tokens, index } = scan;
  const cell = cells.find((one) => one.tokens.includes(tokens[start] as Token));
  if (cell === undefined) return undefined;
  let best: LabelHit<T> | undefined;
  let joined = "";
  for (let end = start + 1; end <= Math.min(tokens.length, start + MAX_LABEL_TOKENS); end += 1) {
    const token = tokens[end - 1];
    if (token === undefined || !cell.tokens.includes(token)) break;
    joined += ` ${token.text}`;
    if (fold(joined).length > index.longestChars + 3) break;
    const match = matchTokens(index, tokens.slice(start, end));
    if (match !== undefined && (best === undefined || match.score >= best.score - 0.1)) best = toHit(scan, cell, { start, end, match });
    if (/[:#]$/.test(token.text) && best !== undefined) break;
  }
  return best;
}

interface Found<T> {
  readonly start: number;
  readonly end: number;
  readonly match: { readonly phrase: { readonly text: string; readonly meaning: T }; readonly score: number };
}

function toHit<T>(scan: LineScan<T>, cell: Cell, { start, end, match }: Found<T>): LabelHit<T> {
  const tokens = scan.tokens.slice(start, end);
  const next = scan.tokens[end];
  const marked = /[:#]$/.test(tokens.at(-1)?.text ?? "") || (next !== undefined && /^[:#]+$/.test(next.text));
  return {
    meaning: match.phrase.meaning,
    text: match.phrase.text,
    page: scan.model.page,
    line: scan.lineIndex,
    start,
    end,
    box: unionBox(tokens.map((token) => token.box)),
    score: match.score,
    capital: !/^[a-z]/.test(tokens[0]?.text ?? ""),
    marked,
    opensCell: cell.tokens[0] === tokens[0],
    fillsCell:
      cell.tokens[0] === tokens[0] &&
      cell.tokens.length <= tokens.length + (marked && next !== undefined && /^[:#]+$/.test(next.text) ? 1 : 0),
  };
}
