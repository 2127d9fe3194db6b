import type { CodeSets } from "../../corpus/code-sets.ts";
import { drawDocument } from "../../corpus/documents/draw-document.ts";
import type { DocumentKind } from "../../corpus/documents/draft.ts";
import { createRandom } from "../../corpus/random.ts";
import type { TruthField } from "../../corpus/truth.ts";
import type { CodeBook } from "../../mesh/understand/code-book.ts";
import { understand } from "../../mesh/understand/understand.ts";
import type { PageWords, Understanding } from "../../proto/document/v1/document.pb.ts";
import { simulateReading } from "./simulate-reading.ts";
import type { ReadingQuality } from "./simulate-reading.ts";

export interface SimulatedDocument {
  readonly understanding: Understanding;
  readonly pages: readonly PageWords[];
  readonly truth: readonly TruthField[];
}

export interface SimulationTools {
  readonly codes: CodeSets;
  readonly book: CodeBook;
}

/** Draws one document, reads it by simulation and understands it with the product's own code. The same seed gives the same result. */
export async function simulateDocument(
  seed: string,
  request: { readonly kind: DocumentKind; readonly quality: ReadingQuality },
  tools: SimulationTools,
): Promise<SimulatedDocument> {
  const random = createRandom(seed);
  const { drawing } = await drawDocument({ kind: request.kind, random: random.fork("draw"), codes: tools.codes });
  const pages = simulateReading(drawing.words, drawing.pageCount, { quality: request.quality, random: random.fork("reading") });
  return { understanding: understand(pages, { fileName: "document.pdf", sender: "" }, tools.book), pages, truth: drawing.fields };
}
