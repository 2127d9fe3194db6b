import type { Gray } from "./gray.ts";

/** A word in pixels of the picture that was read. */
export interface RecognizedWord {
  readonly text: string;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** The engine's own confidence, 0..1; not a probability. */
  readonly confidence: number;
  /** Index of the text line on the page, in reading order. */
  readonly line: number;
  /** Index of the block on the page, in reading order. */
  readonly block: number;
}

/** How the engine should take the picture apart: a page of columns and tables, or one block of lines. */
export type Segmentation = "page" | "block";

/** An OCR engine. One call at a time; the same picture gives the same words. */
export interface RecognizeEngine {
  /** Name and version, for provenance. */
  readonly name: string;
  read(picture: Gray, options: { readonly segmentation: Segmentation; readonly dpi: number }): Promise<RecognizedWord[]>;
  close(): Promise<void>;
}

/** Tesseract's page segmentation modes (tesseract --help-psm): 3 fully automatic, 6 a single uniform block. */
export const PAGE_SEGMENTATION_MODE = { page: "3", block: "6" } as const satisfies Record<Segmentation, string>;
