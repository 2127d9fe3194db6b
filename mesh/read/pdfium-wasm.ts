import { PDFiumModule } from "@hyzyla/pdfium";
import { PayerHubError } from "../../runtime/error.ts";

/**
 * The functions of PDFium's C interface (fpdfview.h, fpdf_text.h, fpdf_formfill.h) that the reader uses. The npm wrapper
 * offers no character boxes and traps when text is taken after form fields were drawn, so the module is used directly.
 */
export interface Pdfium {
  readonly HEAPU8: Uint8Array;
  readonly wasmExports: { malloc(bytes: number): number; free(pointer: number): void };
  _FPDF_InitLibraryWithConfig(config: number): void;
  _FPDF_LoadMemDocument(pointer: number, bytes: number, password: number): number;
  _FPDF_GetLastError(): number;
  _FPDF_CloseDocument(document: number): void;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_GetFormType(document: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDF_GetPageWidth(page: number): number;
  _FPDF_GetPageHeight(page: number): number;
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, pointer: number, stride: number): number;
  _FPDFBitmap_FillRect(bitmap: number, left: number, top: number, width: number, height: number, color: number): void;
  _FPDFBitmap_Destroy(bitmap: number): void;
  _FPDF_RenderPageBitmap(
    ...args: [bitmap: number, page: number, x: number, y: number, width: number, height: number, rotate: number, flags: number]
  ): void;
  _FPDFDOC_InitFormFillEnvironment(document: number, info: number): number;
  _FPDFDOC_ExitFormFillEnvironment(form: number): void;
  _FORM_OnAfterLoadPage(page: number, form: number): void;
  _FORM_OnBeforeClosePage(page: number, form: number): void;
  _FPDF_FFLDraw(
    ...args: [
      form: number,
      bitmap: number,
      page: number,
      x: number,
      y: number,
      width: number,
      height: number,
      rotate: number,
      flags: number,
    ]
  ): void;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(textPage: number): void;
  _FPDFText_CountChars(textPage: number): number;
  _FPDFText_GetUnicode(textPage: number, index: number): number;
  _FPDFText_HasUnicodeMapError(textPage: number, index: number): number;
  _FPDFText_GetCharBox(textPage: number, index: number, left: number, right: number, bottom: number, top: number): number;
  _FPDFText_GetLooseCharBox(textPage: number, index: number, rect: number): number;
  _FPDF_PageToDevice(
    ...args: [
      page: number,
      x: number,
      y: number,
      width: number,
      height: number,
      rotate: number,
      pageX: number,
      pageY: number,
      outX: number,
      outY: number,
    ]
  ): number;
}

/** A new instance of the WebAssembly module: one a document, so that a trap or a leak ends with it. */
export async function loadPdfium(): Promise<Pdfium> {
  const loaded: unknown = await PDFiumModule({});
  if (!isPdfium(loaded)) throw new PayerHubError("INTERNAL", "load PDFium: the module lacks a function the reader needs");
  loaded._FPDF_InitLibraryWithConfig(0);
  return loaded;
}

function isPdfium(loaded: unknown): loaded is Pdfium {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "_FPDF_LoadMemDocument" in loaded &&
    "_FPDFText_GetLooseCharBox" in loaded &&
    "wasmExports" in loaded
  );
}
