import type { Head } from "./block.ts";
import type { Canvas, Pen } from "./canvas.ts";

/** Draws the sender's head of a page: a simple emblem, the name, the address. */
export function drawLetterhead(canvas: Canvas, head: Head): void {
  const big: Pen = { bold: true, size: canvas.style.size * 1.7 };
  const small: Pen = { size: Math.max(7, canvas.style.size * 0.82) };
  const name = head.name.map((part) => (typeof part === "string" ? part : part.text)).join("");
  const emblem = head.mark === "plain" ? 0 : 32;
  const width = emblem + canvas.measure(name, big);
  const offset = { left: 0, center: (canvas.width - width) / 2, right: canvas.width - width }[canvas.style.letterhead];
  const x = canvas.left + Math.max(0, offset);
  drawEmblem(canvas, head.mark, x, canvas.y);
  canvas.text(head.name, x + emblem, canvas.y + 2, big);
  canvas.y += canvas.lineHeight(big) + 2;
  for (const line of head.lines) {
    const shift = canvas.style.letterhead === "left" ? emblem : canvas.width - canvas.measure(line, small);
    const at = canvas.style.letterhead === "center" ? (canvas.width - canvas.measure(line, small)) / 2 : shift;
    canvas.text(line, canvas.left + at, canvas.y, small);
    canvas.y += canvas.lineHeight(small);
  }
  canvas.y += 4;
  canvas.rule(canvas.left, canvas.left + canvas.width, canvas.y, 1.4);
  canvas.y += canvas.style.size * 1.2;
}

function drawEmblem(canvas: Canvas, mark: Head["mark"], x: number, y: number): void {
  const draw: Readonly<Record<Head["mark"], (doc: PDFKit.PDFDocument) => void>> = {
    plain: () => undefined,
    disc: (doc) => doc.circle(x + 12, y + 12, 11),
    bars: (doc) => [4, 10, 16, 22].forEach((dx, index) => doc.moveTo(x + dx, y + 24).lineTo(x + dx, y + 16 - index * 4)),
    shield: (doc) =>
      doc
        .moveTo(x + 2, y + 2)
        .lineTo(x + 24, y + 2)
        .lineTo(x + 24, y + 14)
        .lineTo(x + 13, y + 26)
        .lineTo(x + 2, y + 14)
        .closePath(),
    tree: (doc) =>
      doc
        .circle(x + 13, y + 9, 8)
        .moveTo(x + 13, y + 9)
        .lineTo(x + 13, y + 26)
        .moveTo(x + 6, y + 26)
        .lineTo(x + 20, y + 26),
    wave: (doc) =>
      [8, 15, 22].forEach((dy) => doc.moveTo(x + 1, y + dy).bezierCurveTo(x + 9, y + dy - 9, x + 16, y + dy + 9, x + 25, y + dy)),
  };
  if (mark !== "plain") canvas.stroke(draw[mark], 2);
}
