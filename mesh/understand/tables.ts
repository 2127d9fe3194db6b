import { charWidth } from "./cells.ts";
import { matchTokens, type PhraseIndex } from "./label-index.ts";
import { type Line, unionBox } from "./lines.ts";
import { type PageModel, textOf } from "./page-model.ts";
import type { Token } from "./tokens.ts";

/** Column labels that make a line a header row. */
const MIN_COLUMNS = 2;
/** Vertical gap, in row heights, that ends a table. */
const MAX_ROW_GAP = 3.2;
/** Vertical gap, in text heights, between the wrapped lines of one cell. */
const MAX_WRAP_GAP = 1.15;
/** A wider gap than this many characters parts two columns even where they nearly touch. */
const RUN_GAP_CHARS = 1.25;
/** A gap up to this many characters may be a mere space. */
const SPACE_CHARS = 0.95;
/** A value aligns with a title when their edges are this many characters apart at most. */
const ALIGNED_CHARS = 0.8;
/** Rows of one table. */
const MAX_ROWS = 120;

/** A column of a table: its key and where it begins and ends. */
export interface Column<K> {
  readonly key: K;
  /** Reach of the column: half way to its neighbors. */
  readonly x0: number;
  readonly x1: number;
  /** Edges of the printed title, with which values align. */
  readonly titleX0: number;
  readonly titleX1: number;
}

/** A row under a header: tokens by column key. */
export interface TableRow<K> {
  readonly page: number;
  readonly line: number;
  readonly cells: ReadonlyMap<K, readonly Token[]>;
  /** Keys of the table's columns, filled in this row or not. */
  readonly columns: ReadonlySet<K>;
}

export interface Table<K> {
  readonly headerLines: readonly number[];
  readonly columns: readonly Column<K>[];
  readonly rows: readonly TableRow<K>[];
}

/** Tables whose header row holds labels of the index, with each token below given to the column it lies under. */
export function tablesOf<K>(model: PageModel, index: PhraseIndex<K>): Table<K>[] {
  const tables: Table<K>[] = [];
  for (let at = 0; at < model.lines.length; at += 1) {
    const header = headerAt(model, index, at);
    if (header === undefined) continue;
    const rows = rowsBelow(model, index, { columns: header.columns, from: header.next });
    tables.push({ headerLines: Array.from({ length: header.next - at }, (_, offset) => at + offset), columns: header.columns, rows });
    at = Math.max(at, rows.at(-1)?.line ?? header.next - 1);
  }
  return tables;
}

interface Header<K> {
  readonly columns: readonly Column<K>[];
  /** First line below the header. */
  readonly next: number;
}

/** A header of one line, or of two stacked lines (`Date of` over `Service`). */
function headerAt<K>(model: PageModel, index: PhraseIndex<K>, at: number): Header<K> | undefined {
  const single = columnsOf(headCells(model, [at]), index);
  const line = model.lines[at];
  const below = model.lines[at + 1];
  const stacked = line !== undefined && below !== undefined && below.box.y0 - line.box.y1 < line.height * MAX_WRAP_GAP;
  const double = stacked ? columnsOf(headCells(model, [at, at + 1]), index) : [];
  const lower = stacked ? columnsOf(headCells(model, [at + 1]), index) : [];
  if (double.length >= single.length && double.length > lower.length && double.length >= MIN_COLUMNS)
    return { columns: double, next: at + 2 };
  return single.length >= MIN_COLUMNS ? { columns: single, next: at + 1 } : undefined;
}

interface Title<K> {
  readonly key: K;
  readonly x0: number;
  readonly x1: number;
}

interface HeadCell {
  readonly tokens: readonly Token[];
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
}

/** Cells of the header lines, those above one another joined. */
function headCells(model: PageModel, lines: readonly number[]): HeadCell[] {
  const groups: Token[][] = [];
  for (const at of lines) {
    for (const cell of model.cells[at] ?? []) {
      const home = groups.find((group) => {
        const box = unionBox(group.map((token) => token.box));
        return at !== lines[0] && box.x0 < cell.box.x1 && cell.box.x0 < box.x1;
      });
      if (home === undefined) groups.push([...cell.tokens]);
      else home.push(...cell.tokens);
    }
  }
  return groups.map((tokens) => ({ tokens, text: textOf(tokens), ...edges(tokens) }));
}

function edges(tokens: readonly Token[]): { readonly x0: number; readonly x1: number } {
  const { x0, x1 } = unionBox(tokens.map((token) => token.box));
  return { x0, x1 };
}

/** The known labels that a cell is made of; more than one where a right-aligned and a left-aligned column meet. */
function labelsIn<K>(cell: HeadCell, index: PhraseIndex<K>): Title<K>[] | undefined {
  const whole = matchTokens(index, cell.tokens);
  if (whole !== undefined) return [{ key: whole.phrase.meaning, x0: cell.x0, x1: cell.x1 }];
  for (let count = cell.tokens.length - 1; count >= 1; count -= 1) {
    const head = cell.tokens.slice(0, count);
    const match = matchTokens(index, head);
    const tail = cell.tokens.slice(count);
    const rest = match === undefined ? undefined : labelsIn({ tokens: tail, text: textOf(tail), ...edges(tail) }, index);
    if (match !== undefined && rest !== undefined) return [{ key: match.phrase.meaning, ...edges(head) }, ...rest];
  }
  return undefined;
}

/** Every header cell is a column; at least two must be known and none may end in a colon. */
function columnsOf<K>(cells: readonly HeadCell[], index: PhraseIndex<K>): Column<K>[] {
  if (cells.some((cell) => cell.text.endsWith(":") || /^\W*\d|\d{3}/.test(cell.text))) return [];
  const labels = cells.map((cell) => labelsIn(cell, index));
  const known = labels.flatMap((found) => found ?? []);
  const strange = labels.filter((found) => found === undefined).length;
  if (known.length < strange || new Set(known.map((column) => column.key)).size < MIN_COLUMNS) return [];
  return widened(known, [...known, ...cells.filter((_, at) => labels[at] === undefined)]);
}

/** Columns reach half way to the neighboring header cell on either side. */
function widened<K>(columns: readonly Title<K>[], cells: readonly Pick<HeadCell, "x0" | "x1">[]): Column<K>[] {
  return columns.map((column) => {
    const left = Math.max(...cells.filter((cell) => cell.x1 <= column.x0).map((cell) => cell.x1), Number.NEGATIVE_INFINITY);
    const right = Math.min(...cells.filter((cell) => cell.x0 >= column.x1).map((cell) => cell.x0), Number.POSITIVE_INFINITY);
    return {
      key: column.key,
      titleX0: column.x0,
      titleX1: column.x1,
      x0: left === Number.NEGATIVE_INFINITY ? left : (left + column.x0) / 2,
      x1: right === Number.POSITIVE_INFINITY ? right : (right + column.x1) / 2,
    };
  });
}

interface OpenRow<K> extends TableRow<K> {
  readonly cells: Map<K, Token[]>;
}

interface Below<K> {
  readonly columns: readonly Column<K>[];
  readonly from: number;
}

function rowsBelow<K>(model: PageModel, index: PhraseIndex<K>, { columns, from }: Below<K>): TableRow<K>[] {
  const keys = new Set(columns.map((column) => column.key));
  const rows: OpenRow<K>[] = [];
  let above: Line | undefined = model.lines[from - 1];
  for (let at = from; at < model.lines.length && rows.length < MAX_ROWS; at += 1) {
    const line = model.lines[at];
    if (line === undefined || above === undefined || line.box.y0 - above.box.y1 > MAX_ROW_GAP * Math.max(line.height, above.height)) break;
    if (headerAt(model, index, at) !== undefined) break;
    const cells = assign(line, columns);
    const previous = rows.at(-1);
    if (previous !== undefined && continues(previous, cells, (line.box.y0 - above.box.y1) / line.height)) append(previous, cells);
    else rows.push({ page: model.page, line: at, cells, columns: keys });
    above = line;
  }
  return rows;
}

/** A line set close under a row that fills at most half as many columns is the rest of wrapped cells. */
function continues<K>(row: OpenRow<K>, cells: ReadonlyMap<K, Token[]>, gapInHeights: number): boolean {
  return (
    gapInHeights < MAX_WRAP_GAP &&
    cells.size > 0 &&
    cells.size * 2 <= row.cells.size &&
    [...cells.keys()].every((key) => row.cells.has(key))
  );
}

function append<K>(row: OpenRow<K>, cells: ReadonlyMap<K, Token[]>): void {
  for (const [key, tokens] of cells) row.cells.get(key)?.push(...tokens);
}

/**
 * Gives words to columns from left to right: to the column whose title they align with, else to the column of the word they
 * follow closely, else to the one they lie under.
 */
function assign<K>(line: Line, columns: readonly Column<K>[]): Map<K, Token[]> {
  const cells = new Map<K, Token[]>();
  const width = charWidth(line);
  let before: { readonly token: Token; readonly column: Column<K> | undefined } | undefined;
  for (const token of line.tokens) {
    const gapChars = before === undefined ? Number.POSITIVE_INFINITY : (token.box.x0 - before.token.box.x1) / width;
    const follows = gapChars < RUN_GAP_CHARS ? before?.column : undefined;
    const aligned = gapChars > SPACE_CHARS ? alignedColumn(token, columns, width) : undefined;
    const column = aligned ?? follows ?? columnOver(token, columns);
    before = { token, column };
    if (column === undefined) continue;
    const home = cells.get(column.key);
    if (home === undefined) cells.set(column.key, [token]);
    else home.push(token);
  }
  return cells;
}

/** The column whose title begins or ends where the word does. */
function alignedColumn<K>({ box }: Token, columns: readonly Column<K>[], width: number): Column<K> | undefined {
  return columns
    .map((column) => ({ column, distance: Math.min(Math.abs(box.x0 - column.titleX0), Math.abs(box.x1 - column.titleX1)) }))
    .filter(({ distance }) => distance < width * ALIGNED_CHARS)
    .sort((a, b) => a.distance - b.distance)[0]?.column;
}

function columnOver<K>({ box }: Token, columns: readonly Column<K>[]): Column<K> | undefined {
  const middle = (box.x0 + box.x1) / 2;
  return columns.find((column) => middle >= column.x0 && middle < column.x1);
}
