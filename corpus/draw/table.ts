import type { Column } from "./block.ts";
import type { Canvas, Pen } from "./canvas.ts";
import type { Text, WordPieces } from "./spans.ts";

const CELL_PADDING = 3;
/** Size of the head row as a part of the rows'. */
const HEAD_SCALE = 0.92;

/** Smallest type a crowded table is set in, as a part of the body size. */
const SMALLEST = 0.66;

/** Draws a table; its head is repeated on every page it reaches. A crowded table is set smaller, down to two thirds. */
export function drawTable(canvas: Canvas, columns: readonly Column[], rows: readonly (readonly Text[])[]): void {
  const frame = fit(canvas, columns, rows);
  drawHead(frame);
  const pen: Pen = { size: frame.size };
  for (const row of rows) {
    const cells = layoutRow(frame, row, pen);
    if (canvas.y + cells.height > canvas.bottom) {
      canvas.newPage();
      drawHead(frame);
    }
    drawRow(frame, cells, pen);
  }
  canvas.y += canvas.style.size * 0.8;
}

interface Frame {
  readonly canvas: Canvas;
  readonly columns: readonly Column[];
  readonly widths: readonly number[];
  readonly size: number;
}

interface Cells {
  readonly lines: readonly WordPieces[][][];
  readonly height: number;
}

/** Gives every column room for its longest unbreakable group and shares out the rest. */
function fit(canvas: Canvas, columns: readonly Column[], rows: readonly (readonly Text[])[]): Frame {
  let factor = 1;
  let least = leastWidths(canvas, columns, rows, canvas.style.size);
  while (sum(least) > canvas.width && factor > SMALLEST) {
    factor -= 0.04;
    least = leastWidths(canvas, columns, rows, canvas.style.size * factor);
  }
  const total = sum(columns.map((column) => column.share));
  const free = Math.max(0, canvas.width - sum(least));
  const widths = columns.map((column, index) => (least[index] ?? 0) + (column.share / total) * free);
  return { canvas, columns, widths, size: canvas.style.size * factor };
}

function leastWidths(canvas: Canvas, columns: readonly Column[], rows: readonly (readonly Text[])[], size: number): number[] {
  return columns.map((column, index) => {
    const head = longest(canvas, [column.title], { bold: true, size: size * HEAD_SCALE });
    return Math.max(head, ...rows.map((row) => longest(canvas, row[index] ?? [], { size }))) + 2 * CELL_PADDING + 1;
  });
}

function longest(canvas: Canvas, text: Text, pen: Pen): number {
  return Math.max(0, ...canvas.wrap(text, 1, pen).map((line) => lineWidth(canvas, line, pen)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function drawHead(frame: Frame): void {
  const pen: Pen = { bold: true, size: frame.size * HEAD_SCALE };
  const cells = layoutRow(
    frame,
    frame.columns.map((column) => [column.title]),
    pen,
  );
  frame.canvas.need(cells.height * 2.5);
  const top = frame.canvas.y;
  drawRow(frame, cells, pen);
  if (frame.canvas.style.tableLines === "header") {
    frame.canvas.rule(frame.canvas.left, frame.canvas.left + frame.canvas.width, top);
    frame.canvas.rule(frame.canvas.left, frame.canvas.left + frame.canvas.width, frame.canvas.y, 1.2);
  }
}

function layoutRow(frame: Frame, row: readonly Text[], pen: Pen): Cells {
  const lines = frame.widths.map((width, index) => frame.canvas.wrap(row[index] ?? [""], width - 2 * CELL_PADDING, pen));
  const most = Math.max(1, ...lines.map((cell) => cell.length));
  return { lines, height: most * frame.canvas.lineHeight(pen) + 2 * CELL_PADDING };
}

function drawRow(frame: Frame, cells: Cells, pen: Pen): void {
  const { canvas } = frame;
  const size = (pen.size ?? canvas.style.size) * canvas.style.font.scale;
  let x = canvas.left;
  frame.widths.forEach((width, index) => {
    (cells.lines[index] ?? []).forEach((line, row) => {
      const baseline = canvas.y + CELL_PADDING + size * 0.85 + row * canvas.lineHeight(pen);
      const start = frame.columns[index]?.align === "right" ? x + width - CELL_PADDING - lineWidth(canvas, line, pen) : x + CELL_PADDING;
      canvas.line(line, start, baseline, pen);
    });
    if (canvas.style.tableLines === "all") canvas.rect({ x0: x, y0: canvas.y, x1: x + width, y1: canvas.y + cells.height });
    x += width;
  });
  canvas.y += cells.height;
  if (canvas.style.tableLines === "rows") canvas.rule(canvas.left, canvas.left + canvas.width, canvas.y, 0.5);
}

function lineWidth(canvas: Canvas, line: readonly WordPieces[], pen: Pen): number {
  const words = line.map((word) => word.pieces.map((piece) => piece.text).join(""));
  return canvas.measure(words.join(" "), pen);
}
