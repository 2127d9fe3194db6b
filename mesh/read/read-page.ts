import { Box, type PageWords, TextSource } from "../../proto/document/v1/document.pb.ts";
import type { ReadConfig } from "./config.ts";
import type { DecodedPage } from "./decode-messages.ts";
import type { DocumentSession } from "./document-session.ts";
import type { ReadPools } from "./read-pools.ts";
import type { ReadWord, RecognizeRequest, RecognizeResponse } from "./recognize-messages.ts";
import type { QuarterTurn } from "./rotate.ts";
import type { WordConfirmer } from "./word-confirmer.ts";

/** Attempts at one page: as it came, turned, and without its text layer. */
const MAX_ATTEMPTS = 3;

/** One page as it is stored. */
export interface ReadPage {
  readonly words: PageWords;
  /** PNG, upright, level, square pixels; the boxes refer to it. */
  readonly png: Uint8Array;
}

export interface ReadPageOptions {
  readonly config: ReadConfig;
  readonly pools: ReadPools;
  readonly signal: AbortSignal;
  /** Asks a third reading of the words of pictures; without it two are all. */
  readonly confirmer?: WordConfirmer | undefined;
}

/** Decodes, prepares and reads page `index` (from 0). Throws typed errors; the session stays usable. */
export async function readPage(session: DocumentSession, index: number, options: ReadPageOptions): Promise<ReadPage> {
  let turn: QuarterTurn | undefined;
  let ignoreText = false;
  for (let attempt = 1; ; attempt += 1) {
    const decoded = await session.page(index, { ignoreText, ...(turn === undefined ? {} : { turn }) });
    if (decoded.blank && decoded.layer === undefined) return pageOf(decoded, index, { words: [], engine: "", source: TextSource.BLANK });
    const response = await recognize(decoded, { ...options, turnFinal: turn !== undefined || attempt === MAX_ATTEMPTS });
    if (response.kind === "words") {
      const { words, engine } = response;
      if (response.fromLayer) return pageOf(decoded, index, { words, engine, source: TextSource.PDF_TEXT });
      return pageOf(decoded, index, { ...(await confirm(decoded, { words, engine }, options)), source: TextSource.OCR });
    }
    if (response.kind === "turn") turn = addTurns(decoded.turn, response.turn);
    else ignoreText = true;
  }
}

/** The words after the third reading, with the model named beside the engine where it was asked. */
async function confirm(
  decoded: DecodedPage,
  { words, engine }: Omit<PageContent, "source">,
  { confirmer, signal }: ReadPageOptions,
): Promise<Omit<PageContent, "source">> {
  if (confirmer === undefined) return { words, engine };
  const asked = await confirmer.confirm(decoded.page ?? decoded.ocr, words, { signal });
  return { words: asked.words, engine: asked.confirmed ? `${engine}, recognizer` : engine };
}

async function recognize(decoded: DecodedPage, options: ReadPageOptions & { readonly turnFinal: boolean }): Promise<RecognizeResponse> {
  const request: RecognizeRequest = {
    ocr: decoded.ocr,
    ocrScale: decoded.ocrScale,
    secondFromPage: decoded.secondFromPage,
    dpi: decoded.dpi,
    turnCertain: decoded.turnCertain,
    turnFinal: options.turnFinal,
    ...(decoded.page === undefined ? {} : { page: decoded.page }),
    ...(decoded.layer === undefined ? {} : { layer: decoded.layer }),
  };
  const response = await options.pools.recognize.run(request, { deadlineMs: options.config.recognizeDeadlineMs, signal: options.signal });
  return response as RecognizeResponse;
}

function addTurns(a: QuarterTurn, b: QuarterTurn): QuarterTurn {
  const turns: readonly QuarterTurn[] = [0, 90, 180, 270];
  return turns[((a + b) / 90) % 4] ?? 0;
}

interface PageContent {
  readonly words: readonly ReadWord[];
  readonly engine: string;
  readonly source: TextSource;
}

function pageOf(decoded: DecodedPage, index: number, content: PageContent): ReadPage {
  const words: PageWords = {
    page: index + 1,
    widthPx: decoded.width,
    heightPx: decoded.height,
    dpi: decoded.dpi,
    source: content.source,
    words: content.words.map((word) => ({
      text: word.text,
      box: Box.fromPartial(word),
      confidence: word.confidence,
      line: word.line,
      block: word.block,
      secondText: word.secondText,
      secondConfidence: word.secondConfidence,
    })),
    rotationDegrees: decoded.turn,
    skewDegrees: decoded.skewDegrees,
    noiseRatio: decoded.noiseRatio,
    engine: content.engine,
    sourceDpiX: decoded.sourceDpiX,
    sourceDpiY: decoded.sourceDpiY,
    failure: "",
    checkboxes: decoded.checkboxes.map((found) => ({
      box: Box.fromPartial(found.box),
      checked: found.checked,
      confidence: found.confidence,
    })),
  };
  return { words, png: decoded.png };
}
