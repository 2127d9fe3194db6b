import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CodeSets } from "../../corpus/code-sets.ts";
import type { Flaw } from "../../corpus/flaws.ts";
import { generateDocument } from "../../corpus/generate.ts";
import type { Quality, Truth } from "../../corpus/truth.ts";
import type { ReadConfig } from "../../mesh/read/config.ts";
import { readWholeDocument } from "../../mesh/read/read-document.ts";
import type { ReadPools } from "../../mesh/read/read-pools.ts";
import type { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { PageWords } from "../../proto/document/v1/document.pb.ts";

/** One document to generate. */
export interface Planned {
  readonly seed: number;
  readonly type: DocumentType;
  readonly quality: Quality;
  readonly flaw?: Flaw;
}

/** A generated document as the pipeline's read stage sees it, with its ground truth. */
export interface Sample {
  readonly truth: Truth;
  readonly fileName: string;
  readonly pages: readonly PageWords[];
}

export interface Sampler {
  readonly codes: CodeSets;
  readonly config: ReadConfig;
  readonly pools: ReadPools;
  readonly signal: AbortSignal;
  /** Folder that keeps what was read between runs; undefined reads every time. */
  readonly cache: string | undefined;
}

/** Generates a document and reads it with the product's own reader. */
export async function takeSample(planned: Planned, sampler: Sampler): Promise<Sample> {
  const path = sampler.cache === undefined ? undefined : join(sampler.cache, `${keyOf(planned)}-${sampler.config.engine}.json`);
  const known = path === undefined ? undefined : await readFile(path, "utf8").catch(() => undefined);
  if (known !== undefined) return parse(known);
  const { truth, fileName, bytes } = await generateDocument({ ...planned, codes: sampler.codes });
  const { pages } = await readWholeDocument(bytes, { config: sampler.config, pools: sampler.pools, signal: sampler.signal });
  const sample = { truth, fileName, pages };
  if (path !== undefined && sampler.cache !== undefined) {
    await mkdir(sampler.cache, { recursive: true });
    await writeFile(path, JSON.stringify({ truth, fileName, pages: pages.map((page) => PageWords.toJSON(page)) }));
  }
  return sample;
}

function keyOf({ seed, type, quality, flaw }: Planned): string {
  const name = `${seed}-${type}-${quality.resolution}-${quality.level}-${quality.family}`;
  return flaw === undefined ? name : `${name}-${createHash("sha256").update(flaw).digest("hex").slice(0, 6)}`;
}

function parse(text: string): Sample {
  const stored: { readonly truth: Truth; readonly fileName: string; readonly pages: readonly unknown[] } = JSON.parse(text);
  return { truth: stored.truth, fileName: stored.fileName, pages: stored.pages.map((page) => PageWords.fromJSON(page)) };
}
