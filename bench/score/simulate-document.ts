import type { CodeSets } from "../../corpus/code-sets.ts";
import type { DocumentKind } from "../../corpus/documents/draft.ts";
import { drawDocument } from "../../corpus/documents/draw-document.ts";
import { createRandom } from "../../corpus/random.ts";
import type { TruthField } from "../../corpus/truth.ts";
import type { CodeBook } from "../../mesh/understand/code-book.ts";
import { understand } from "../../mesh/understand/understand.ts";
import type { PageWords, Understanding } from "../../proto/document/v1/document.pb.ts";
import { simulateReading } from "./simulate-reading.ts";
import type { ReadingQuality } from "./simulate-reading.ts";

export interface UnderstoodDocument {
  readonly understanding: Understanding;
  readonly pages: readonly PageWords[];
  readonly truth: readonly TruthField[];
}

export interface SimulationTools {
  readonly codes: CodeSets;
  readonly book: CodeBook;
}

/**
 * Draws one document and gives a function that reads it by simulation, as often as asked, and understands it with the
 * product's own code. The same seed gives the same results.
 */
export async function drawForReading(
  seed: string,
  kind: DocumentKind,
  tools: SimulationTools,
): Promise<(quality: ReadingQuality) => UnderstoodDocument> {
  const random = createRandom(seed);
  const { drawing } = await drawDocument({ kind, random: random.fork("draw"), codes: tools.codes });
  return (quality) => {
    const pages = simulateReading(drawing.words, drawing.pageCount, { quality, random: random.fork(quality.name) });
    return {
      understanding: understand(pages, { context: { fileName: "document.pdf", sender: "" }, book: tools.book }),
      pages,
      truth: drawing.fields,
    };
  };
}
