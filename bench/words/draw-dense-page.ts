import { Canvas, type Drawing, PAGE_WIDTH, type Pen } from "../../corpus/draw/canvas.ts";
import { createStyle, type Style } from "../../corpus/draw/style.ts";
import type { Random } from "../../corpus/random.ts";

export interface DensePage {
  readonly drawing: Drawing;
  readonly style: Style;
}

/** Smallest and largest type in points; small sizes are where reading fails, and as frequent as the middle ones. */
const SMALLEST = 6.5;
const LARGEST = 13;

/** One page full of drawn texts in one family, each line in a size and cut of its own; some stand in boxes, on rules or on gray. */
export async function drawDensePage(random: Random, token: (random: Random) => string): Promise<DensePage> {
  const style = createStyle(random.fork("style"));
  const canvas = new Canvas(style, "2026-01-01");
  while (canvas.y < canvas.bottom) drawLine(canvas, random, token);
  return { drawing: await canvas.finish(), style };
}

function drawLine(canvas: Canvas, random: Random, token: (random: Random) => string): void {
  const size = random.chance(0.06) ? random.between(LARGEST, 20) : random.between(SMALLEST, LARGEST) - random.between(0, 1.5);
  const pen: Pen = {
    size: Math.max(SMALLEST, size),
    bold: random.chance(0.25),
    italic: random.chance(0.08),
    machine: random.chance(0.04),
  };
  const height = canvas.lineHeight(pen);
  const right = PAGE_WIDTH - canvas.style.margin;
  const frame = random.chance(0.12);
  const gray = !frame && random.chance(0.04);
  if (gray) canvas.rect({ x0: canvas.left - 3, y0: canvas.y - 1, x1: right, y1: canvas.y + height }, { fill: "#dddddd" });
  let x = canvas.left + random.between(0, 12);
  for (let text = token(random); x + canvas.measure(text, pen) < right; text = token(random)) {
    const end = canvas.text(text, x, canvas.y, pen);
    if (frame && random.chance(0.7)) canvas.rect({ x0: x - 4, y0: canvas.y - 2, x1: end + 4, y1: canvas.y + height });
    x = end + canvas.measure(" ", pen) * random.pick([1, 1, 1.5, 3]) + (frame ? 8 : 0);
  }
  if (!frame && random.chance(0.1)) canvas.rule(canvas.left, right, canvas.y + height - 1);
  canvas.y += height * random.between(0.95, 1.25) + (frame ? 4 : 0);
}
