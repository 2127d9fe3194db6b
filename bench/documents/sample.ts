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
import type { WordConfirmer } from "../../mesh/read/word-confirmer.ts";
import { pagePicture } from "../../mesh/understand/page-picture.ts";
import type { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { PageWords } from "../../proto/document/v1/document.pb.ts";
import { confirmRead } from "../words/confirm-read.ts";

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
  /** The same without the recognizer model; the same pages where it was not asked. */
  readonly unconfirmed: readonly PageWords[];
  /** 224 × 224 gray bytes by page; undefined where the reader kept no image. */
  readonly pictures: readonly (Uint8Array | undefined)[];
}

export interface Sampler {
  readonly codes: CodeSets;
  readonly config: ReadConfig;
  readonly pools: ReadPools;
  readonly signal: AbortSignal;
  /** Asks the recognizer model; without it words stay as the OCR has them. */
  readonly confirmer?: WordConfirmer;
  /** Folder that keeps what was read between runs; undefined reads every time. */
  readonly cache: string | undefined;
}

/** Generates a document and reads it with the product's own reader. */
export async function takeSample(planned: Planned, sampler: Sampler): Promise<Sample> {
  const path = sampler.cache === undefined ? undefined : join(sampler.cache, `${keyOf(planned)}-${sampler.config.engine}.json`);
  const known = path === undefined ? undefined : await readFile(path, "utf8").catch(() => undefined);
  if (known !== undefined) return parse(known);
  const { truth, fileName, bytes } = await generateDocument({ ...planned, codes: sampler.codes });
  const { confirmer, signal } = sampler;
  const { pages: unconfirmed, images } = await readWholeDocument(bytes, { config: sampler.config, pools: sampler.pools, signal });
  const pages =
    confirmer === undefined
      ? unconfirmed
      : await Promise.all(unconfirmed.map(async (page, at) => await confirmRead(page, images[at], { confirmer, signal })));
  const pictures = await Promise.all(pages.map(async (_, at) => await pictureOf(images[at])));
  const sample = { truth, fileName, pages, unconfirmed, pictures };
  if (path !== undefined && sampler.cache !== undefined) {
    await mkdir(sampler.cache, { recursive: true });
    await writeFile(path, JSON.stringify(stored(sample)));
  }
  return sample;
}

function keyOf({ seed, type, quality, flaw }: Planned): string {
  const name = `${seed}-${type}-${quality.resolution}-${quality.level}-${quality.family}`;
  return flaw === undefined ? name : `${name}-${createHash("sha256").update(flaw).digest("hex").slice(0, 6)}`;
}

async function pictureOf(png: Uint8Array | undefined): Promise<Uint8Array | undefined> {
  return png === undefined ? undefined : await pagePicture(png);
}

interface StoredSample {
  readonly truth: Truth;
  readonly fileName: string;
  readonly pages: readonly unknown[];
  /** Base64; empty for none. */
  readonly pictures: readonly string[];
}

function stored({ truth, fileName, pages, pictures }: Sample): StoredSample {
  return {
    truth,
    fileName,
    pages: pages.map((page) => PageWords.toJSON(page)),
    pictures: pictures.map((picture) => (picture === undefined ? "" : Buffer.from(picture).toString("base64"))),
  };
}

function parse(text: string): Sample {
  const { truth, fileName, pages: known, pictures }: StoredSample = JSON.parse(text);
  const pages = known.map((page) => PageWords.fromJSON(page));
  return {
    truth,
    fileName,
    pages,
    unconfirmed: pages,
    pictures: pictures.map((picture) => (picture === "" ? undefined : Buffer.from(picture, "base64"))),
  };
}
