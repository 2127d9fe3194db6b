import { PayerHubError } from "../../runtime/error.ts";
import type { Gray } from "./gray.ts";
import { loadPdfium, type Pdfium } from "./pdfium-wasm.ts";
import { charsToWords, type LayerChar, type LayerWord } from "./pdf-words.ts";

/** FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of fpdfview.h. */
const ERROR_PASSWORD = 4;
const ERROR_SECURITY = 5;
/** FPDFBitmap_Gray of fpdfview.h: one byte a pixel. */
const BITMAP_GRAY = 1;
/** FPDF_ANNOT | FPDF_GRAYSCALE: stamps and notes are part of what a reader of the page sees. */
const RENDER_FLAGS = 0x01 | 0x08;
const WHITE = 0xffffffff;
const POINTS_PER_INCH = 72;
/** Characters taken from one page; a page of 8-point text holds about 8,000. */
const MAX_CHARS_PER_PAGE = 50_000;
/** Bytes of FPDF_FORMFILLINFO: 140 are needed, all zero but the version. */
const FORM_INFO_BYTES = 256;
const FORM_INFO_VERSION = 2;

interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** An opened PDF. Pages are counted from 0. Every call may trap: run it in a killable child only. */
export interface PdfDocument {
  readonly pageCount: number;
  /** True when the document has AcroForm fields, whose values no text layer holds. */
  readonly hasForm: boolean;
  /** Page size in pixels at the density. */
  sizeOf(index: number, dpi: number): PixelSize;
  /** Words of the text layer with boxes in pixels at the density. */
  words(index: number, dpi: number): readonly LayerWord[];
  render(index: number, dpi: number): Gray;
}

/**
 * Opens a PDF. Throws FAILED_PRECONDITION when it needs a password, INVALID_ARGUMENT when it cannot be parsed or has no
 * page.
 */
export async function openPdf(bytes: Uint8Array): Promise<PdfDocument> {
  const pdfium = await loadPdfium();
  // PDFium reads from this memory as long as the document lives.
  const pointer = pdfium.wasmExports.malloc(bytes.length);
  pdfium.HEAPU8.set(bytes, pointer);
  const document = pdfium._FPDF_LoadMemDocument(pointer, bytes.length, 0);
  if (document === 0) throw openError(pdfium._FPDF_GetLastError());
  const pageCount = pdfium._FPDF_GetPageCount(document);
  if (pageCount < 1) throw new PayerHubError("INVALID_ARGUMENT", "open PDF: it has no page, at least one is required");
  const form = openForm(pdfium, document);
  return {
    pageCount,
    hasForm: form !== 0,
    sizeOf: (index, dpi) => withPage(pdfium, document, index, (page) => pixelSize(pdfium, page, dpi)),
    words: (index, dpi) => withPage(pdfium, document, index, (page) => charsToWords(readChars(pdfium, page, pixelSize(pdfium, page, dpi)))),
    render: (index, dpi) => withPage(pdfium, document, index, (page) => renderPage(pdfium, page, form, pixelSize(pdfium, page, dpi))),
  };
}

function openError(code: number): PayerHubError {
  if (code === ERROR_PASSWORD || code === ERROR_SECURITY) {
    return new PayerHubError("FAILED_PRECONDITION", "open PDF: the document is encrypted, one without a password is required");
  }
  return new PayerHubError("INVALID_ARGUMENT", "open PDF: the document is damaged, a readable one is required");
}

function openForm(pdfium: Pdfium, document: number): number {
  if (pdfium._FPDF_GetFormType(document) === 0) return 0;
  const info = pdfium.wasmExports.malloc(FORM_INFO_BYTES);
  pdfium.HEAPU8.fill(0, info, info + FORM_INFO_BYTES);
  new DataView(pdfium.HEAPU8.buffer).setUint32(info, FORM_INFO_VERSION, true);
  return pdfium._FPDFDOC_InitFormFillEnvironment(document, info);
}

function withPage<T>(pdfium: Pdfium, document: number, index: number, act: (page: number) => T): T {
  const page = pdfium._FPDF_LoadPage(document, index);
  if (page === 0) throw new PayerHubError("INVALID_ARGUMENT", `open PDF page "${index + 1}": the page is damaged`);
  try {
    return act(page);
  } finally {
    pdfium._FPDF_ClosePage(page);
  }
}

function pixelSize(pdfium: Pdfium, page: number, dpi: number): PixelSize {
  const scale = dpi / POINTS_PER_INCH;
  return {
    width: Math.max(1, Math.round(pdfium._FPDF_GetPageWidth(page) * scale)),
    height: Math.max(1, Math.round(pdfium._FPDF_GetPageHeight(page) * scale)),
  };
}

function renderPage(pdfium: Pdfium, page: number, form: number, size: PixelSize): Gray {
  const { width, height } = size;
  const pointer = pdfium.wasmExports.malloc(width * height);
  if (pointer === 0) throw new PayerHubError("RESOURCE_EXHAUSTED", "render PDF page: no memory for its pixels");
  const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, BITMAP_GRAY, pointer, width);
  try {
    pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, RENDER_FLAGS);
    if (form !== 0) {
      pdfium._FORM_OnAfterLoadPage(page, form);
      pdfium._FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, RENDER_FLAGS);
      pdfium._FORM_OnBeforeClosePage(page, form);
    }
    return { width, height, data: pdfium.HEAPU8.slice(pointer, pointer + width * height) };
  } finally {
    pdfium._FPDFBitmap_Destroy(bitmap);
    pdfium.wasmExports.free(pointer);
  }
}

/** Scratch memory of one character: a float rectangle or four doubles, then two device integers. */
const BOX_BYTES = 32;
const POINT_BYTES = 8;

interface TextPage {
  readonly pdfium: Pdfium;
  readonly page: number;
  readonly text: number;
  readonly size: PixelSize;
  readonly scratch: number;
}

function readChars(pdfium: Pdfium, page: number, size: PixelSize): LayerChar[] {
  const text = pdfium._FPDFText_LoadPage(page);
  if (text === 0) return [];
  const scratch = pdfium.wasmExports.malloc(BOX_BYTES + POINT_BYTES);
  try {
    const count = Math.min(pdfium._FPDFText_CountChars(text), MAX_CHARS_PER_PAGE);
    const textPage = { pdfium, page, text, size, scratch };
    return Array.from({ length: count }, (_, index) => readChar(textPage, index)).filter((char) => char !== undefined);
  } finally {
    pdfium.wasmExports.free(scratch);
    pdfium._FPDFText_ClosePage(text);
  }
}

function readChar(textPage: TextPage, index: number): LayerChar | undefined {
  const { pdfium, text, scratch } = textPage;
  const code = pdfium._FPDFText_GetUnicode(text, index);
  if (pdfium._FPDFText_GetLooseCharBox(text, index, scratch) === 0) return undefined;
  // Views are taken anew after each call: it may have grown the memory. FS_RECTF is left, top, right, bottom.
  const loose = new Float32Array(pdfium.HEAPU8.slice(scratch, scratch + 16).buffer);
  const line = deviceBox(textPage, { left: loose[0] ?? 0, top: loose[1] ?? 0, right: loose[2] ?? 0, bottom: loose[3] ?? 0 });
  if (pdfium._FPDFText_GetCharBox(text, index, scratch, scratch + 8, scratch + 16, scratch + 24) === 0) return undefined;
  const tight = new Float64Array(pdfium.HEAPU8.slice(scratch, scratch + BOX_BYTES).buffer);
  const box = deviceBox(textPage, { left: tight[0] ?? 0, right: tight[1] ?? 0, bottom: tight[2] ?? 0, top: tight[3] ?? 0 });
  return { code, ...box, left: line.x0, top: line.y0, right: line.x1, bottom: line.y1 };
}

interface PageRect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function deviceBox(
  textPage: TextPage,
  rect: PageRect,
): { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number } {
  const first = toDevice(textPage, rect.left, rect.top);
  const second = toDevice(textPage, rect.right, rect.bottom);
  return {
    x0: Math.min(first.x, second.x),
    y0: Math.min(first.y, second.y),
    x1: Math.max(first.x, second.x),
    y1: Math.max(first.y, second.y),
  };
}

function toDevice({ pdfium, page, size, scratch }: TextPage, x: number, y: number): { readonly x: number; readonly y: number } {
  const at = scratch + BOX_BYTES;
  pdfium._FPDF_PageToDevice(page, 0, 0, size.width, size.height, 0, x, y, at, at + 4);
  const view = new DataView(pdfium.HEAPU8.buffer, at, POINT_BYTES);
  return { x: view.getInt32(0, true), y: view.getInt32(4, true) };
}
