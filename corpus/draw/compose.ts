import type { Block } from "./block.ts";
import type { Canvas, Pen } from "./canvas.ts";
import { drawOptions } from "./checkbox.ts";
import { drawFacts } from "./facts.ts";
import { drawLetterhead } from "./letterhead.ts";
import { type Text, toWords } from "./spans.ts";
import { drawTable } from "./table.ts";

type Drawer = { readonly [Kind in Block["kind"]]: (canvas: Canvas, block: Extract<Block, { kind: Kind }>) => void };

const DRAWERS: Drawer = {
  letterhead: (canvas, block) => drawLetterhead(canvas, block.head),
  title: (canvas, block) => {
    const pen: Pen = { bold: true, size: canvas.style.size * 1.45 };
    flow(canvas, block.text, { pen, center: canvas.style.letterhead === "center" });
    canvas.y += canvas.style.size * 0.5;
  },
  heading: (canvas, block) => drawHeading(canvas, block.text),
  paragraph: (canvas, block) => {
    const pen: Pen = { bold: block.bold ?? false, ...(block.small === true ? { size: Math.max(7, canvas.style.size * 0.82) } : {}) };
    flow(canvas, block.text, { pen, center: block.center ?? false });
    canvas.y += canvas.style.size * 0.55;
  },
  lines: (canvas, block) => {
    for (const line of block.lines) flow(canvas, line, {});
    canvas.y += canvas.style.size * 0.7;
  },
  facts: (canvas, block) => drawFacts(canvas, block.items, block),
  options: (canvas, block) => drawOptions(canvas, block.label, block.options),
  bullets: (canvas, block) => {
    block.items.forEach((item, index) => flow(canvas, item, { indent: 18, bullet: block.numbered === true ? `${index + 1}.` : "-" }));
    canvas.y += canvas.style.size * 0.5;
  },
  table: (canvas, block) => drawTable(canvas, block.columns, block.rows),
  signature: (canvas, block) => drawSignature(canvas, block),
  space: (canvas, block) => {
    canvas.y += block.lines * canvas.lineHeight();
  },
  break: (canvas) => canvas.newPage(),
};

/** Draws the blocks of a document in order, breaking pages where needed. */
export function compose(canvas: Canvas, blocks: readonly Block[]): void {
  for (const block of blocks) drawBlock(canvas, block);
}

function drawBlock<Kind extends Block["kind"]>(canvas: Canvas, block: Extract<Block, { kind: Kind }>): void {
  const draw = DRAWERS[block.kind as Kind];
  draw(canvas, block);
}

interface Flow {
  readonly pen?: Pen;
  readonly center?: boolean;
  readonly indent?: number;
  readonly bullet?: string;
}

/** Sets wrapped text at the canvas' y. */
export function flow(canvas: Canvas, text: Text | string, options: Flow): void {
  const pen = options.pen ?? {};
  const indent = options.indent ?? 0;
  const height = canvas.lineHeight(pen);
  canvas.wrap(text, canvas.width - indent, pen).forEach((line, index) => {
    canvas.need(height);
    if (index === 0 && options.bullet !== undefined) canvas.line(toWords([options.bullet]), canvas.left + 3, canvas.y + height * 0.72, pen);
    const words = line.map((word) => word.pieces.map((piece) => piece.text).join("")).join(" ");
    const shift = options.center === true ? (canvas.width - canvas.measure(words, pen)) / 2 : indent;
    canvas.line(line, canvas.left + shift, canvas.y + height * 0.72, pen);
    canvas.y += height;
  });
}

function drawHeading(canvas: Canvas, text: string): void {
  const pen: Pen = { bold: true, size: canvas.style.size * 1.08 };
  const height = canvas.lineHeight(pen);
  canvas.need(height * 4);
  const right = canvas.left + canvas.width;
  if (canvas.style.heading === "bar") {
    canvas.rect({ x0: canvas.left, y0: canvas.y, x1: right, y1: canvas.y + height + 2 }, { fill: "#dddddd" });
    canvas.text(text, canvas.left + 4, canvas.y + 2, pen);
  } else {
    canvas.text(canvas.style.labelUpper ? text.toUpperCase() : text, canvas.left, canvas.y, pen);
    if (canvas.style.heading === "rule") canvas.rule(canvas.left, right, canvas.y + height, 1.1);
  }
  canvas.y += height + 5;
}

function drawSignature(canvas: Canvas, block: Extract<Block, { kind: "signature" }>): void {
  canvas.need(canvas.lineHeight() * 4.5);
  const top = canvas.y + canvas.lineHeight() * 0.4;
  canvas.stroke((doc) => {
    doc.moveTo(canvas.left + 6, top + 16);
    for (let step = 1; step <= 7; step += 1) {
      const x = canvas.left + 6 + step * 17;
      doc.bezierCurveTo(x - 14, top - 4 + (step % 3) * 6, x - 6, top + 26 - (step % 2) * 8, x, top + 12 + (step % 2) * 5);
    }
  }, 1);
  canvas.y = top + 24;
  canvas.rule(canvas.left, canvas.left + 210, canvas.y);
  canvas.y += 3;
  const x = canvas.text(block.name, canvas.left, canvas.y);
  if (block.date !== undefined) canvas.text(block.date, Math.max(x + 30, canvas.left + 250), canvas.y);
  canvas.y += canvas.lineHeight();
  canvas.text(block.caption, canvas.left, canvas.y, { size: Math.max(7, canvas.style.size * 0.8) });
  canvas.y += canvas.lineHeight() * 1.4;
}
