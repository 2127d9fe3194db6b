import type { Option } from "./block.ts";
import type { Canvas } from "./canvas.ts";
import { plainText } from "./spans.ts";

/** Draws one line of check boxes after a label; the boxes are truth, and a checked option's marks are its value. */
export function drawOptions(canvas: Canvas, label: string, options: readonly Option[]): void {
  canvas.need(canvas.lineHeight() * 1.3);
  const side = canvas.style.size * 0.85;
  let x = label === "" ? canvas.left : canvas.text(`${label}:`, canvas.left, canvas.y, { bold: canvas.style.labelBold }) + 14;
  for (const option of options) {
    const text = plainText(option.text);
    const width = side + 5 + canvas.measure(text) + 18;
    if (x + width > canvas.left + canvas.width + 18) {
      canvas.y += canvas.lineHeight() * 1.15;
      canvas.need(canvas.lineHeight());
      x = canvas.left + 14;
    }
    const box = { x0: x, y0: canvas.y, x1: x + side, y1: canvas.y + side };
    canvas.rect(box, { lineWidth: 0.9 });
    if (option.checked) drawTick(canvas, box);
    canvas.checkboxes.push({ page: canvas.page, box: roundBox(box), checked: option.checked, label: text });
    x = canvas.text(option.text, x + side + 5, canvas.y) + 18;
  }
  canvas.y += canvas.lineHeight() * 1.35;
}

function drawTick(canvas: Canvas, box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number }): void {
  const side = box.x1 - box.x0;
  const at = (fx: number, fy: number): [number, number] => [box.x0 + side * fx, box.y0 + side * fy];
  if (canvas.style.tick === "fill") {
    canvas.rect({ x0: box.x0 + 1.3, y0: box.y0 + 1.3, x1: box.x1 - 1.3, y1: box.y1 - 1.3 }, { fill: "#000000" });
    return;
  }
  const strokes: readonly (readonly [number, number])[][] =
    canvas.style.tick === "x"
      ? [
          [at(0.12, 0.12), at(0.88, 0.88)],
          [at(0.88, 0.12), at(0.12, 0.88)],
        ]
      : [[at(0.1, 0.5), at(0.4, 0.85), at(1.1, -0.15)]];
  for (const points of strokes) {
    canvas.stroke((doc) => {
      points.forEach(([x, y], index) => (index === 0 ? doc.moveTo(x, y) : doc.lineTo(x, y)));
    }, 1.5);
  }
}

function roundBox(box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number }) {
  const r = (value: number): number => Math.round(value * 100) / 100;
  return { x0: r(box.x0), y0: r(box.y0), x1: r(box.x1), y1: r(box.y1) };
}
