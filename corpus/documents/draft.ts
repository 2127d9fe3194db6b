import type { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Case } from "../case.ts";
import type { CodeSets } from "../code-sets.ts";
import type { Block } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import type { Style } from "../draw/style.ts";
import type { Random } from "../random.ts";
import type { Values } from "../values.ts";

/** What a document type gets to write with. */
export interface Draft {
  readonly story: Case;
  readonly style: Style;
  readonly values: Values;
  readonly random: Random;
  readonly codes: CodeSets;
  readonly extent: Extent;
}

/** How many pages to aim at. */
export type Extent = "short" | "usual" | "long";

export interface Content {
  readonly blocks: readonly Block[];
  /** Head of every page after the first; called once a page, so that every printed value is an instance of its own. */
  readonly running: () => Text;
}

/** What a document type says in each layout. */
export type Bodies = Readonly<Record<Style["layout"], (draft: Draft) => Block[]>>;

/** One document type: which values it has, and what it says in each layout. */
export interface DocumentKind {
  readonly type: DocumentType;
  /** File name stem. */
  readonly slug: string;
  /** Only drugs with a HCPCS code fit. */
  readonly medical: boolean;
  /** The day it was sent, ISO. */
  sentOn(story: Case): string;
  /** Values beyond those every document has. */
  values(draft: Omit<Draft, "values">): Readonly<Record<string, string>>;
  write(draft: Draft): Content;
}
