import assert from "node:assert/strict";
import { test } from "node:test";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import type { Bitmap } from "./bitmap.ts";
import { writeScanPdf } from "./scan-pdf.ts";

function checker(width: number, height: number): Bitmap {
  const data = new Uint8Array(width * height);
  for (let at = 0; at < data.length; at += 1) data[at] = (Math.floor((at % width) / 8) + Math.floor(at / width / 8)) % 2;
  return { width, height, data };
}

/** The reader may place the picture's edges between pixels; two pixels into a cell there is no doubt. */
function insideCell(at: number): boolean {
  const offset = Math.floor(at) % 8;
  return offset >= 2 && offset <= 5;
}

test("a PDF reader shows the coded pixels, page by page", async () => {
  const pages = [checker(400, 320), checker(320, 400)].map((bitmap) => ({
    bitmap,
    truth: {
      widthPt: 144,
      heightPt: 144,
      widthPx: bitmap.width,
      heightPx: bitmap.height,
      dpiX: 200,
      dpiY: 160,
      rotation: 0 as const,
      transform: [1, 0, 0, 1, 0, 0],
    },
  }));
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(writeScanPdf(pages));
  assert.equal(document.getPageCount(), 2);
  for (const [index, { bitmap }] of pages.entries()) {
    const { width, height } = bitmap;
    const image = await document.getPage(index).render({ width, height, colorSpace: "Gray", render: async (options) => options.data });
    const wrong = image.data.filter(
      (light, at) => insideCell(at % width) && insideCell(at / width) && (light < 128 ? 1 : 0) !== bitmap.data[at],
    ).length;
    assert.equal(wrong, 0);
  }
  document.destroy();
  library.destroy();
});
