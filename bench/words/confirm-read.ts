import { TextSource, type PageWords } from "../../proto/document/v1/document.pb.ts";
import type { WordConfirmer } from "../../mesh/read/word-confirmer.ts";
import { grayOfPng, readWords } from "./word-cases.ts";

/** A page that was read without the recognizer model as it would have been read with it, from its stored picture. */
export async function confirmRead(
  page: PageWords,
  png: Uint8Array | undefined,
  { confirmer, signal }: { readonly confirmer: WordConfirmer; readonly signal: AbortSignal },
): Promise<PageWords> {
  if (png === undefined || page.source !== TextSource.OCR) return page;
  const { words } = await confirmer.confirm(await grayOfPng(png), readWords(page), { signal });
  return {
    ...page,
    words: page.words.map((word, at) => {
      const { text, confidence, secondText, secondConfidence } = words[at] ?? word;
      return { ...word, text, confidence, secondText, secondConfidence };
    }),
  };
}
