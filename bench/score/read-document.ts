import type { CodeSets } from "../../corpus/code-sets.ts";
import { generateDocument } from "../../corpus/generate.ts";
import type { Quality } from "../../corpus/truth.ts";
import type { ReadConfig } from "../../mesh/read/config.ts";
import { readWholeDocument } from "../../mesh/read/read-document.ts";
import type { ReadPools } from "../../mesh/read/read-pools.ts";
import type { CodeBook } from "../../mesh/understand/code-book.ts";
import { understand } from "../../mesh/understand/understand.ts";
import type { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { UnderstoodDocument } from "./simulate-document.ts";

export interface ReadingTools {
  readonly codes: CodeSets;
  readonly book: CodeBook;
  readonly config: ReadConfig;
  readonly pools: ReadPools;
}

/** One generated document through the real reading, pixels and all: seconds a page. Sets beside the simulation what it stands for. */
export async function readGenerated(
  seed: string,
  request: { readonly type: DocumentType; readonly quality: Quality },
  tools: ReadingTools,
): Promise<UnderstoodDocument> {
  const { signal } = new AbortController();
  const document = await generateDocument({ seed, ...request, codes: tools.codes });
  const { pages } = await readWholeDocument(document.bytes, { config: tools.config, pools: tools.pools, signal });
  const understanding = understand(pages, { context: { fileName: document.fileName, sender: "" }, book: tools.book });
  return { understanding, pages, truth: document.truth.fields };
}
