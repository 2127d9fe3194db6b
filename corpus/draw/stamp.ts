import type { Canvas } from "./canvas.ts";

/** Draws a turned rubber stamp in the page's upper right, as mail rooms set it. Stamps carry no ground truth. */
export function drawStamp(
  canvas: Canvas,
  lines: readonly string[],
  options: { readonly x: number; readonly y: number; readonly degrees: number },
): void {
  const width = 118;
  const height = 12 + lines.length * 13;
  canvas.turned(options.degrees, [options.x + width / 2, options.y + height / 2], (doc) => {
    doc.rect(options.x, options.y, width, height).lineWidth(1.6).stroke("#333333");
    doc.font("Helvetica-Bold").fontSize(11).fillColor("#333333");
    lines.forEach((line, index) => {
      const start = options.x + (width - doc.widthOfString(line)) / 2;
      doc.text(line, start, options.y + 18 + index * 13, { lineBreak: false, baseline: "alphabetic" });
    });
  });
}
