import type { Gray } from "./gray.ts";
import type { LayerWord } from "./pdf-words.ts";
import type { RecognizedWord } from "./recognize-engine.ts";
import type { QuarterTurn } from "./rotate.ts";

/** What the parent asks the recognize child for one page. */
export interface RecognizeRequest {
  readonly ocr: Gray;
  /** Pixels of `ocr` for one pixel of the page. */
  readonly ocrScale: number;
  /** The page as stored, when it is another picture than `ocr`. */
  readonly page?: Gray;
  /** True when the second reading takes its words from `page`. */
  readonly secondFromPage: boolean;
  /** Density of the page as stored. */
  readonly dpi: number;
  readonly layer?: readonly LayerWord[];
  /** False when the child should prove the direction before it reads the page. */
  readonly turnCertain: boolean;
  /** True when the direction was proven already: never turn twice. */
  readonly turnFinal: boolean;
}

/** A word in pixels of the stored page, with its second reading where one was made. */
export interface ReadWord extends RecognizedWord {
  readonly secondText: string;
  readonly secondConfidence: number;
}

export type RecognizeResponse =
  | { readonly kind: "words"; readonly words: readonly ReadWord[]; readonly engine: string; readonly fromLayer: boolean }
  /** The page must be turned by so much more, clockwise, and sent again. */
  | { readonly kind: "turn"; readonly turn: QuarterTurn }
  /** The text layer does not say what the picture shows: send the page again without it. */
  | { readonly kind: "layer_rejected" };
