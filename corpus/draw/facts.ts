import type { Item } from "./block.ts";
import type { Canvas, Pen } from "./canvas.ts";

const CELL_PADDING = 4;

type As = "inline" | "above" | "boxed" | "grid";

/** Draws label and value pairs in the form the style, or the block, asks for. */
export function drawFacts(canvas: Canvas, items: readonly Item[], options: { readonly as?: As; readonly columns?: 1 | 2 | 3 } = {}): void {
  const as = options.as ?? canvas.style.facts;
  const wanted = as === "grid" ? 1 : (options.columns ?? canvas.style.columns);
  const columns = fitColumns(canvas, items, { as, wanted });
  const draw = { inline: drawInline, above: drawAbove, boxed: drawBoxed, grid: drawGrid }[as];
  for (const row of toRows(items, columns)) draw(canvas, row, columns);
  canvas.y += canvas.style.size * 0.6;
}

/** As many columns as wanted, fewer where a label or value would run into its neighbor. */
function fitColumns(canvas: Canvas, items: readonly Item[], options: { readonly as: As; readonly wanted: number }): number {
  const needs = items.filter((item) => item.wide !== true).map((item) => leastWidth(canvas, item, options.as));
  const widest = Math.max(1, ...needs);
  return Math.max(1, Math.min(options.wanted, Math.floor(canvas.width / widest)));
}

function leastWidth(canvas: Canvas, item: Item, as: As): number {
  const pen: Pen = { bold: canvas.style.labelBold };
  const groups = canvas.wrap(item.value, 1).map((line) => line.map((word) => word.pieces.map((piece) => piece.text).join("")).join(" "));
  const value = Math.max(0, ...groups.map((group) => canvas.measure(group, { bold: true })));
  const label = canvas.measure(
    `${labelText(canvas, item.label, true)}  `,
    as === "inline" ? pen : { ...pen, size: canvas.style.size * 0.75 },
  );
  return (as === "inline" ? label + value : Math.max(label, value)) + 10;
}

function toRows(items: readonly Item[], columns: number): Item[][] {
  const rows: Item[][] = [];
  let free = 0;
  for (const item of items) {
    if (item.wide === true || free === 0) rows.push([item]);
    else rows.at(-1)?.push(item);
    free = item.wide === true ? 0 : (free === 0 ? columns : free) - 1;
  }
  return rows;
}

function labelText(canvas: Canvas, label: string, colon: boolean): string {
  const text = canvas.style.labelUpper ? label.toUpperCase() : label;
  return colon && label !== "" ? `${text}:` : text;
}

function cellWidth(canvas: Canvas, row: readonly Item[], columns: number): number {
  return row[0]?.wide === true ? canvas.width : canvas.width / columns;
}

function drawInline(canvas: Canvas, row: readonly Item[], columns: number): void {
  const width = cellWidth(canvas, row, columns);
  const pen: Pen = { bold: canvas.style.labelBold };
  const prepared = row.map((item) => {
    const label = labelText(canvas, item.label, true);
    const natural = canvas.measure(`${label}  `, pen);
    const indent = columns === 1 && item.wide !== true ? Math.max(natural, canvas.width * 0.3) : natural;
    return { label, indent, lines: canvas.wrap(item.value, Math.max(60, width - indent - 8)) };
  });
  const height = canvas.lineHeight() * Math.max(1, ...prepared.map((cell) => cell.lines.length));
  canvas.need(height);
  prepared.forEach((cell, index) => {
    const x = canvas.left + index * width;
    canvas.text(cell.label, x, canvas.y, pen);
    drawLines(canvas, cell.lines, { x: x + cell.indent, top: canvas.y });
  });
  canvas.y += height * 1.04;
}

function drawAbove(canvas: Canvas, row: readonly Item[], columns: number): void {
  drawStacked(canvas, row, { columns, border: "rule" });
}

function drawBoxed(canvas: Canvas, row: readonly Item[], columns: number): void {
  drawStacked(canvas, row, { columns, border: "box" });
}

/** Small label over its value, the cell closed by a rule below or a box around. */
function drawStacked(canvas: Canvas, row: readonly Item[], options: { readonly columns: number; readonly border: "rule" | "box" }): void {
  const width = cellWidth(canvas, row, options.columns);
  const small: Pen = { size: Math.max(6.5, canvas.style.size * 0.72), bold: canvas.style.labelBold };
  const cells = row.map((item) => ({ item, lines: canvas.wrap(item.value, width - 2 * CELL_PADDING) }));
  const lineCount = Math.max(1, ...cells.map((cell) => cell.lines.length));
  const height = canvas.lineHeight(small) + canvas.lineHeight() * lineCount + CELL_PADDING;
  canvas.need(height);
  const y1 = canvas.y + height;
  cells.forEach((cell, index) => {
    const x = canvas.left + index * width;
    canvas.text(labelText(canvas, cell.item.label, canvas.style.colon), x + CELL_PADDING, canvas.y + 2, small);
    drawLines(canvas, cell.lines, { x: x + CELL_PADDING, top: canvas.y + canvas.lineHeight(small) + 1 });
    if (options.border === "box") canvas.rect({ x0: x, y0: canvas.y, x1: x + width, y1 });
    else canvas.rule(x + CELL_PADDING, x + width - CELL_PADDING, y1 - 1);
  });
  canvas.y = options.border === "box" ? y1 : y1 + 3;
}

/** Two ruled columns: labels left, values right. */
function drawGrid(canvas: Canvas, row: readonly Item[]): void {
  const split = canvas.width * 0.36;
  const pen: Pen = { bold: canvas.style.labelBold };
  for (const item of row) {
    const labels = canvas.wrap(labelText(canvas, item.label, canvas.style.colon), split - 2 * CELL_PADDING, pen);
    const values = canvas.wrap(item.value, canvas.width - split - 2 * CELL_PADDING);
    const height = canvas.lineHeight() * Math.max(1, labels.length, values.length) + CELL_PADDING;
    canvas.need(height);
    drawLines(canvas, labels, { x: canvas.left + CELL_PADDING, top: canvas.y + 3, pen });
    drawLines(canvas, values, { x: canvas.left + split + CELL_PADDING, top: canvas.y + 3 });
    const y1 = canvas.y + height;
    if (canvas.style.tableLines === "all") {
      canvas.rect({ x0: canvas.left, y0: canvas.y, x1: canvas.left + split, y1 });
      canvas.rect({ x0: canvas.left + split, y0: canvas.y, x1: canvas.left + canvas.width, y1 });
    } else {
      canvas.rule(canvas.left, canvas.left + canvas.width, y1);
    }
    canvas.y = y1;
  }
}

function drawLines(
  canvas: Canvas,
  lines: ReturnType<Canvas["wrap"]>,
  at: { readonly x: number; readonly top: number; readonly pen?: Pen },
): void {
  const pen = at.pen ?? {};
  const size = (pen.size ?? canvas.style.size) * canvas.style.font.scale;
  lines.forEach((line, index) => canvas.line(line, at.x, at.top + size * 0.85 + index * canvas.lineHeight(pen), pen));
}
