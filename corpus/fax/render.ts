import { PDFiumLibrary } from "@hyzyla/pdfium";
import type { Gray } from "./bitmap.ts";

/** Renders every page of a PDF in grey at `width` × `height` pixels, whatever the page's own aspect: fax pixels are not square. */
export async function renderPages(pdf: Uint8Array, size: { readonly width: number; readonly height: number }): Promise<Gray[]> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(pdf);
    try {
      const pages: Gray[] = [];
      for (const page of document.pages()) {
        const image = await page.render({ ...size, colorSpace: "Gray", render: async (options) => options.data });
        pages.push({ width: image.width, height: image.height, data: image.data });
      }
      return pages;
    } finally {
      document.destroy();
    }
  } finally {
    library.destroy();
  }
}
