import { type Cell, charWidth } from "./cells.ts";
import type { LabelHit } from "./label-hits.ts";
import { centerY, heightOf, type Line, unionBox } from "./lines.ts";
import type { PageModel } from "./page-model.ts";
import type { Token } from "./tokens.ts";

/** Lines under a label that may hold its value. */
const LINES_BELOW = 2;
/** Widest vertical gap between a label and the value under it, in label heights. */
const MAX_GAP_BELOW = 2.8;
/** Widest vertical gap between wrapped lines of one text, in text heights. */
const MAX_WRAP_GAP = 1.1;
/** A line that ends within this share of the text width from the right edge is full. */
const FULL_LINE = 0.25;
/** Lines of one wrapped text. */
const MAX_WRAPPED_LINES = 8;

/** A stretch of tokens in which a label's value may stand. */
export interface Zone {
  readonly where: "right" | "row" | "below";
  readonly tokens: readonly Token[];
}

export interface ZoneScan<T> {
  readonly model: PageModel;
  /** Strong hits by line: those that end a value. */
  readonly hitsByLine: ReadonlyMap<number, readonly LabelHit<T>[]>;
}

/** A hit that may own or end a value: marked by a colon, or first in its cell. */
export function isStrong<T>(hit: LabelHit<T>): boolean {
  return hit.capital ? hit.marked || hit.opensCell : hit.marked && hit.text.includes(" ");
}

/** Where the value of a label may stand, likeliest first: same cell, rest of the row, below. */
export function valueZones<T>(scan: ZoneScan<T>, hit: LabelHit<T>): Zone[] {
  const row = rightOf(scan, hit);
  const zones: Zone[] = [];
  const firstCell = sameRun(scan.model, hit, row);
  if (firstCell.length > 0) zones.push({ where: "right", tokens: firstCell });
  if (row.length > firstCell.length) zones.push({ where: "row", tokens: row });
  const besideInCell = hit.fillsCell ? [] : firstCell;
  if (besideInCell.length === 0 && !isBlankInRow(scan, hit)) {
    const below = belowOf(scan, hit);
    if (below.length > 0) zones.push({ where: "below", tokens: below });
  }
  return zones;
}

/** A label with a colon and nothing behind it, in a row where other labels have their values beside them, was left blank. */
function isBlankInRow<T>({ model, hitsByLine }: ZoneScan<T>, hit: LabelHit<T>): boolean {
  if (!hit.marked) return false;
  const row = hitsByLine.get(hit.line) ?? [];
  return row.some((other) => other !== hit && other.marked && rightOf({ model, hitsByLine }, other).length > 0);
}

function rightOf<T>({ model, hitsByLine }: ZoneScan<T>, hit: LabelHit<T>): Token[] {
  const tokens = model.lines[hit.line]?.tokens ?? [];
  const next = (hitsByLine.get(hit.line) ?? []).find((other) => other.start >= hit.end);
  return trimMarks(tokens.slice(hit.end, next?.start ?? tokens.length));
}

/** The tokens of the first cell that follows the label. */
function sameRun<T>(model: PageModel, hit: LabelHit<T>, row: readonly Token[]): Token[] {
  const cell = (model.cells[hit.line] ?? []).find((one) => row[0] !== undefined && one.tokens.includes(row[0]));
  return cell === undefined ? [] : row.filter((token) => cell.tokens.includes(token));
}

function belowOf<T>(scan: ZoneScan<T>, hit: LabelHit<T>): Token[] {
  const { model, hitsByLine } = scan;
  const line = model.lines[hit.line];
  if (line === undefined) return [];
  const slack = charWidth(line) * 1.5;
  const rightEdge = nextStart(scan, hit) - 1;
  for (let at = hit.line + 1; at <= hit.line + LINES_BELOW; at += 1) {
    const under = model.lines[at];
    if (under === undefined || under.box.y0 - hit.box.y1 > MAX_GAP_BELOW * heightOf(hit.box)) return [];
    const column = columnUnder(model.cells[at] ?? [], hit, { slack, rightEdge });
    const labeled = (hitsByLine.get(at) ?? []).some((other) => other.box.x0 >= hit.box.x0 - slack && other.box.x0 < rightEdge);
    if (labeled) return [];
    if (column.length > 0) return trimMarks(column);
  }
  return [];
}

interface ColumnEdges {
  readonly slack: number;
  readonly rightEdge: number;
}

/** Tokens of a row that begin under the label or, in right-aligned columns, end with it. */
function columnUnder<T>(cells: readonly Cell[], hit: LabelHit<T>, { slack, rightEdge }: ColumnEdges): Token[] {
  const left = cells.flatMap((cell) => cell.tokens.filter((token) => token.box.x0 >= hit.box.x0 - slack && token.box.x0 < rightEdge));
  if (left.length > 0) return left;
  return cells.flatMap((cell) => cell.tokens.filter((token) => Math.abs(token.box.x1 - hit.box.x1) < slack));
}

/** Where the next cell or label of the line begins. */
function nextStart<T>({ model, hitsByLine }: ZoneScan<T>, hit: LabelHit<T>): number {
  const cells = (model.cells[hit.line] ?? []).map((cell) => cell.box.x0);
  const labels = (hitsByLine.get(hit.line) ?? []).map((other) => other.box.x0);
  return Math.min(...[...cells, ...labels].filter((x0) => x0 > hit.box.x1), Number.POSITIVE_INFINITY);
}

/** The zone and the lines into which its text wraps, up to the next label or a short last line. */
export function wrappedZone<T>({ model, hitsByLine }: ZoneScan<T>, hit: LabelHit<T>, zone: Zone): Token[] {
  const first = zone.tokens[0];
  const startLine = model.lines.findIndex((line) => first !== undefined && line.tokens.includes(first));
  const taken = [...zone.tokens];
  if (first === undefined || startLine < 0) return taken;
  const edges = { label: hit.box.x0, value: first.box.x0, right: Math.max(...model.lines.map((line) => line.box.x1)) };
  let above: readonly Token[] = taken;
  for (let at = startLine + 1; at <= Math.min(startLine + MAX_WRAPPED_LINES, model.lines.length - 1); at += 1) {
    const line = model.lines[at];
    const tokens = line === undefined ? [] : continuation(line, above, edges);
    // Any label of this column, beside the text or in it, begins something else.
    const labeled = (hitsByLine.get(at) ?? []).some((other) => other.box.x0 >= edges.label - heightOf(other.box));
    if (tokens.length === 0 || labeled || hasCheckbox(model, tokens)) break;
    taken.push(...tokens);
    above = tokens;
  }
  return taken;
}

interface WrapEdges {
  readonly label: number;
  readonly value: number;
  /** Right edge of the page's text. */
  readonly right: number;
}

/** The part of the next line that carries a text on: under the value, or under the label when the line above is full. */
function continuation(line: Line, above: readonly Token[], edges: WrapEdges): Token[] {
  const box = unionBox(above.map((token) => token.box));
  if (line.box.y0 - box.y1 > MAX_WRAP_GAP * line.height) return [];
  const slack = line.height * 0.8;
  const from = (x0: number) => line.tokens.filter((token) => token.box.x0 >= x0 - slack);
  const underValue = from(edges.value);
  if (underValue.length > 0 && Math.abs((underValue[0]?.box.x0 ?? 0) - edges.value) <= slack) return underValue;
  const full = box.x1 > edges.right - (edges.right - edges.label) * FULL_LINE;
  const underLabel = from(edges.label);
  return full && Math.abs((underLabel[0]?.box.x0 ?? 0) - edges.label) <= slack ? underLabel : [];
}

function hasCheckbox(model: PageModel, tokens: readonly Token[]): boolean {
  const box = unionBox(tokens.map((token) => token.box));
  return model.checkboxes.some((checkbox) => checkbox.box !== undefined && Math.abs(centerY(checkbox.box) - centerY(box)) < heightOf(box));
}

function trimMarks(tokens: readonly Token[]): Token[] {
  const from = tokens.findIndex((token) => /[A-Za-z0-9$]/.test(token.text));
  return from < 0 ? [] : tokens.slice(from);
}
