import type { CodeBook } from "./code-book.ts";
import type { TypeName } from "./data/field-labels.ts";
import type { ReadPage } from "./document-model.ts";
import type { FieldCandidate } from "./candidate.ts";
import type { DocumentLabels } from "./text-models.ts";

/** What every extractor gets. */
export interface Extraction {
  readonly type: TypeName | "other";
  /** Pages with words, in page order. */
  readonly pages: readonly ReadPage[];
  readonly book: CodeBook;
  /** What the text models say; undefined without them. */
  readonly labels: DocumentLabels | undefined;
}

/** Finds sightings of some fields; the same field may be sighted many times. */
export type Extractor = (extraction: Extraction) => FieldCandidate[];
