import sharp from "sharp";
import { PayerHubError } from "../../runtime/error.ts";
import type { DecodeLimits } from "./decode-messages.ts";
import { densityOf } from "./density.ts";
import type { Density } from "./despeckle.ts";
import type { Gray } from "./gray.ts";
import { readJpegSize, readPngSize } from "./image-header.ts";
import { openPdf } from "./pdf-document.ts";
import { guardPdf } from "./pdf-guard.ts";
import type { LayerWord } from "./pdf-words.ts";
import { type DocumentKind, sniffDocument } from "./sniff.ts";
import { readTiffPages } from "./tiff-tags.ts";

/** Density of pages whose text layer is used: enough for people and for the check against the picture. */
const TEXT_PAGE_DPI = 200;
/** Density of pages that are read by picture. */
const SCAN_PAGE_DPI = 300;
/** Words from which a text layer is worth a check. */
const MIN_LAYER_WORDS = 3;

/** One decoded page before any preparation. */
export interface SourcePage {
  readonly gray: Gray;
  readonly density: Density;
  /** 0 when the file does not say. */
  readonly taggedDpiX: number;
  readonly taggedDpiY: number;
  readonly layer: readonly LayerWord[] | undefined;
}

export interface OpenDocument {
  readonly pageCount: number;
  /** Pages are counted from 0; only one is in memory at a time. */
  page(index: number, options: { readonly ignoreText: boolean }): Promise<SourcePage>;
}

/**
 * Checks the bytes against every limit, then opens them. Throws INVALID_ARGUMENT (empty, unknown, damaged),
 * FAILED_PRECONDITION (encrypted), OUT_OF_RANGE (pages, pixels), RESOURCE_EXHAUSTED (decompression bomb).
 */
export async function openDocument(bytes: Uint8Array, limits: DecodeLimits): Promise<OpenDocument> {
  const kind: DocumentKind = sniffDocument(bytes);
  if (kind === "pdf") return await openPdfDocument(bytes, limits);
  if (kind === "tiff") return openTiff(bytes, limits);
  return openPicture(bytes, limits, kind === "png" ? readPngSize(bytes) : readJpegSize(bytes));
}

function checkPixels(size: { readonly width: number; readonly height: number }, limits: DecodeLimits): void {
  if (size.width < 1 || size.height < 1)
    throw new PayerHubError("INVALID_ARGUMENT", "read page: it has no pixels, at least one is required");
  if (size.width * size.height <= limits.maxPixelsPerPage) return;
  const text = `read page "${size.width} x ${size.height}": it has more pixels than ${limits.maxPixelsPerPage}`;
  throw new PayerHubError("OUT_OF_RANGE", text);
}

function checkPages(pageCount: number, limits: DecodeLimits): void {
  if (pageCount <= limits.maxPages) return;
  throw new PayerHubError("OUT_OF_RANGE", `read document: it has ${pageCount} pages, at most ${limits.maxPages} are taken`);
}

function openTiff(bytes: Uint8Array, limits: DecodeLimits): OpenDocument {
  const pages = readTiffPages(bytes, limits.maxPages);
  for (const page of pages) checkPixels(page, limits);
  return {
    pageCount: pages.length,
    page: async (index) => {
      const tags = pages[index];
      if (tags === undefined) throw noSuchPage(index);
      const gray = await decodePicture(bytes, { page: index, limits });
      return { gray, density: densityOf(gray, tags), taggedDpiX: tags.dpiX, taggedDpiY: tags.dpiY, layer: undefined };
    },
  };
}

function openPicture(bytes: Uint8Array, limits: DecodeLimits, size: { readonly width: number; readonly height: number }): OpenDocument {
  checkPixels(size, limits);
  return {
    pageCount: 1,
    page: async (index) => {
      if (index !== 0) throw noSuchPage(index);
      const gray = await decodePicture(bytes, { page: 0, limits });
      const { density: tagged } = await sharp(bytes, { limitInputPixels: limits.maxPixelsPerPage }).metadata();
      // Cameras and browsers write 72 for "unknown".
      const dpi = tagged === undefined || tagged <= 96 ? 0 : tagged;
      return { gray, density: densityOf(gray, { dpiX: dpi, dpiY: dpi }), taggedDpiX: dpi, taggedDpiY: dpi, layer: undefined };
    },
  };
}

async function openPdfDocument(bytes: Uint8Array, limits: DecodeLimits): Promise<OpenDocument> {
  await guardPdf(bytes);
  const pdf = await openPdf(bytes);
  checkPages(pdf.pageCount, limits);
  return {
    pageCount: pdf.pageCount,
    page: async (index, { ignoreText }) => {
      if (index < 0 || index >= pdf.pageCount) throw noSuchPage(index);
      checkPixels(pdf.sizeOf(index, SCAN_PAGE_DPI), limits);
      // Form fields hold values that no text layer has.
      const layer = ignoreText || pdf.hasForm ? [] : pdf.words(index, TEXT_PAGE_DPI);
      const usable = layer.length >= MIN_LAYER_WORDS;
      const dpi = usable ? TEXT_PAGE_DPI : SCAN_PAGE_DPI;
      const gray = pdf.render(index, dpi);
      return { gray, density: { dpiX: dpi, dpiY: dpi }, taggedDpiX: dpi, taggedDpiY: dpi, layer: usable ? layer : undefined };
    },
  };
}

function noSuchPage(index: number): PayerHubError {
  return new PayerHubError("OUT_OF_RANGE", `read page "${index + 1}": the document has no such page`);
}

/** One page as 8-bit gray, upright by its EXIF tag, transparency on white. */
async function decodePicture(bytes: Uint8Array, options: { readonly page: number; readonly limits: DecodeLimits }): Promise<Gray> {
  try {
    const picture = sharp(bytes, {
      page: options.page,
      limitInputPixels: options.limits.maxPixelsPerPage,
      failOn: "error",
      sequentialRead: true,
    });
    const { data, info } = await picture
      .autoOrient()
      .flatten({ background: "#ffffff" })
      .toColourspace("b-w")
      .extractChannel(0)
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  } catch (caught) {
    throw new PayerHubError("INVALID_ARGUMENT", `decode page "${options.page + 1}": its data is damaged, a complete page is required`, {
      cause: caught,
    });
  }
}
