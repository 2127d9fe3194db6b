import sharp from "sharp";
import type { Quality, TruthWord } from "../../corpus/truth.ts";
import type { WordRecognizer } from "../../inference/client/word-recognizer.ts";
import type { DecodedWord } from "../../mesh/read/ctc-decode.ts";
import type { Gray } from "../../mesh/read/gray.ts";
import type { ReadWord } from "../../mesh/read/recognize-messages.ts";
import { readThirdTime } from "../../mesh/read/third-reading.ts";
import { type Box, PageWords, TextSource } from "../../proto/document/v1/document.pb.ts";
import { fitPage, mapBox } from "../text/fit-page.ts";

/** One line of bench/words/read-pages.ts. */
export interface ReadPageRow {
  readonly seed: number;
  readonly type: number;
  readonly quality: Quality;
  readonly font: string;
  readonly layout: string;
  readonly page: unknown;
  readonly truth: readonly TruthWord[];
  /** Base64. */
  readonly png: string;
}

/** A word as the OCR read it, as the recognizer model reads it, and as it was drawn. */
export interface WordCase {
  readonly truth: string;
  readonly word: ReadWord;
  readonly third: DecodedWord | undefined;
}

/** Boxes are off by so much, in pixels. */
const SLACK = 2;

/** The words of a read page whose truth is known; none for a page from a text layer, or one read too badly to be mapped. */
export async function wordCases(row: ReadPageRow, recognizer: WordRecognizer, signal: AbortSignal): Promise<WordCase[]> {
  const page = PageWords.fromJSON(row.page);
  const words = readWords(page);
  const affine =
    page.source === TextSource.OCR
      ? fitPage(
          row.truth,
          words.map(({ text, ...box }) => ({ text, box })),
        )
      : undefined;
  if (affine === undefined) return [];
  const drawn = row.truth.map(({ text, box }) => ({ text, box: mapBox(affine, box) }));
  const third = await readThirdTime(recognizer, { page: await grayOfPng(Buffer.from(row.png, "base64")), words }, { signal });
  return words.flatMap((word, at) => {
    const truth = truthOf(word, drawn);
    return truth === undefined ? [] : [{ truth, word, third: third[at] }];
  });
}

/** The words of a stored page as the reader had them. */
export function readWords(page: PageWords): ReadWord[] {
  return page.words.map(({ box, ...word }) => ({ ...word, x0: box?.x0 ?? 0, y0: box?.y0 ?? 0, x1: box?.x1 ?? 0, y1: box?.y1 ?? 0 }));
}

/** The picture of a stored page as the reader had it. */
export async function grayOfPng(png: Uint8Array): Promise<Gray> {
  const { data, info } = await sharp(png).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

function truthOf(word: Box, drawn: readonly { readonly text: string; readonly box: Box }[]): string | undefined {
  const inside = drawn.filter(({ box }) => holdsCenter({ ...word, y0: word.y0 - SLACK, y1: word.y1 + SLACK }, box));
  const found = inside.length > 0 ? inside : drawn.filter(({ box }) => holdsCenter(box, word));
  if (found.length === 0) return undefined;
  return found
    .toSorted((a, b) => a.box.x0 - b.box.x0)
    .map(({ text }) => text)
    .join(" ");
}

function holdsCenter(outer: Box, inner: Box): boolean {
  const [x, y] = [(inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2];
  return x > outer.x0 && x < outer.x1 && y > outer.y0 && y < outer.y1;
}
