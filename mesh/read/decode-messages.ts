import type { Gray } from "./gray.ts";
import type { LayerWord } from "./pdf-words.ts";
import type { PreparedPage } from "./prepare.ts";
import type { QuarterTurn } from "./rotate.ts";

/** Limits a document is opened with. */
export interface DecodeLimits {
  readonly maxPages: number;
  readonly maxPixelsPerPage: number;
}

/** What the parent asks the decode child. A page needs an opened document in the same child. */
export type DecodeRequest =
  | { readonly kind: "open"; readonly bytes: Uint8Array; readonly limits: DecodeLimits }
  | { readonly kind: "page"; readonly index: number; readonly turn?: QuarterTurn; readonly ignoreText?: boolean }
  | { readonly kind: "close" };

export interface OpenedDocument {
  readonly pageCount: number;
}

/** A decoded page with what the recognizer and the store need; pixels travel as plain buffers. */
export interface DecodedPage extends Omit<PreparedPage, "page"> {
  readonly width: number;
  readonly height: number;
  /** PNG of the page as stored. */
  readonly png: Uint8Array;
  /** Present when it is not the same picture as `ocr`. */
  readonly page?: Gray;
  readonly sourceDpiX: number;
  readonly sourceDpiY: number;
  /** Words of a PDF's text layer in page pixels; undefined when there is none that may be used. */
  readonly layer?: readonly LayerWord[];
}
