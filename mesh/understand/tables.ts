import { charWidth } from "./cells.ts";
import type { PhraseIndex } from "./label-index.ts";
import { type Line, unionBox } from "./lines.ts";
import { type PageModel, textOf } from "./page-model.ts";
import type { Token } from "./tokens.ts";

/** Column labels that make a line a header row. */
const MIN_COLUMNS = 2;
/** Vertical gap, in row heights, that ends a table. */
const MAX_ROW_GAP = 3.2;
/** Rows of one table. */
const MAX_ROWS = 120;

/** A column of a table: its key and where it begins and ends. */
export interface Column<K> {
  readonly key: K;
  readonly x0: number;
  readonly x1: number;
}

/** A row under a header: tokens by column key. */
export interface TableRow<K> {
  readonly page: number;
  readonly line: number;
  readonly cells: ReadonlyMap<K, readonly Token[]>;
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
  const stacked = line !== undefined && below !== undefined && below.box.y0 - line.box.y1 < line.height;
  const double = stacked ? columnsOf(headCells(model, [at, at + 1]), index) : [];
  if (double.length > single.length && double.length >= MIN_COLUMNS) return { columns: double, next: at + 2 };
  return single.length >= MIN_COLUMNS ? { columns: single, next: at + 1 } : undefined;
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
function labelsIn<K>(cell: HeadCell, index: PhraseIndex<K>): Column<K>[] | undefined {
  const whole = index.match(cell.text)[0];
  if (whole !== undefined) return [{ key: whole.phrase.meaning, x0: cell.x0, x1: cell.x1 }];
  for (let count = cell.tokens.length - 1; count >= 1; count -= 1) {
    const head = cell.tokens.slice(0, count);
    const match = index.match(textOf(head))[0];
    const tail = cell.tokens.slice(count);
    const rest = match === undefined ? undefined : labelsIn({ tokens: tail, text: textOf(tail), ...edges(tail) }, index);
    if (match !== undefined && rest !== undefined) return [{ key: match.phrase.meaning, ...edges(head) }, ...rest];
  }
  return undefined;
}

/** Every header cell is a column; at least two must be known and none may end in a colon. */
function columnsOf<K>(cells: readonly HeadCell[], index: PhraseIndex<K>): Column<K>[] {
  if (cells.some((cell) => /:$/.test(cell.text) || /\d{3}/.test(cell.text))) return [];
  const labels = cells.map((cell) => labelsIn(cell, index));
  const known = labels.flatMap((found) => found ?? []);
  const strange = labels.filter((found) => found === undefined).length;
  if (known.length < strange || new Set(known.map((column) => column.key)).size < MIN_COLUMNS) return [];
  return widened(known, [...known, ...cells.filter((_, at) => labels[at] === undefined)]);
}

/** Columns reach half way to the neighboring header cell on either side. */
function widened<K>(columns: readonly Column<K>[], cells: readonly Pick<HeadCell, "x0" | "x1">[]): Column<K>[] {
  return columns.map((column) => {
    const left = Math.max(...cells.filter((cell) => cell.x1 <= column.x0).map((cell) => cell.x1), Number.NEGATIVE_INFINITY);
    const right = Math.min(...cells.filter((cell) => cell.x0 >= column.x1).map((cell) => cell.x0), Number.POSITIVE_INFINITY);
    return {
      key: column.key,
      x0: left === Number.NEGATIVE_INFINITY ? left : (left + column.x0) / 2,
      x1: right === Number.POSITIVE_INFINITY ? right : (right + column.x1) / 2,
    };
  });
}

interface Below<K> {
  readonly columns: readonly Column<K>[];
  readonly from: number;
}

function rowsBelow<K>(model: PageModel, index: PhraseIndex<K>, { columns, from }: Below<K>): TableRow<K>[] {
  const rows: TableRow<K>[] = [];
  let above: Line | undefined = model.lines[from - 1];
  for (let at = from; at < model.lines.length && rows.length < MAX_ROWS; at += 1) {
    const line = model.lines[at];
    if (line === undefined || above === undefined || line.box.y0 - above.box.y1 > MAX_ROW_GAP * Math.max(line.height, above.height)) break;
    if (headerAt(model, index, at) !== undefined) break;
    rows.push({ page: model.page, line: at, cells: assign(line, columns) });
    above = line;
  }
  return rows;
}

/** Gives whole cells to columns, so that a value wider than its header stays together; a cell across columns is split. */
function assign<K>(line: Line, columns: readonly Column<K>[]): Map<K, Token[]> {
  const cells = new Map<K, Token[]>();
  const slack = charWidth(line) * 0.5;
  for (const token of line.tokens) {
    const middle = (token.box.x0 + token.box.x1) / 2;
    const column = columns.find((one) => middle >= one.x0 - slack && middle < one.x1 + slack);
    if (column === undefined) continue;
    const home = cells.get(column.key);
    if (home === undefined) cells.set(column.key, [token]);
    else home.push(token);
  }
  return cells;
}
