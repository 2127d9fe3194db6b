import type { PixelBox } from "./contact-sheet.ts";
import { probeDirection } from "./direction-probe.ts";
import type { Gray } from "./gray.ts";
import type { LayerWord } from "./pdf-words.ts";
import type { RecognizedWord, RecognizeEngine } from "./recognize-engine.ts";
import type { ReadWord, RecognizeRequest, RecognizeResponse } from "./recognize-messages.ts";
import { needsSecondReading, readBoxesAgain, type SecondReading } from "./second-reading.ts";
import { findSplitCodes, joinWords, type SplitPair } from "./split-codes.ts";
import { wholeWordBox } from "./whole-word-box.ts";
import { layerAgrees } from "./text-layer-check.ts";

/** Confidence of words of a text layer that agrees with the picture. */
const LAYER_CONFIDENCE = 0.995;
/** A page whose words are on average below this may be upside down: one that looked right, and one that did not say. */
const DOUBTFUL_WHEN_CERTAIN = 0.55;
const DOUBTFUL_WHEN_UNCERTAIN = 0.75;
/** Words from this length on are wider than tall, unless their page lies on its side. */
const LYING_LENGTH = 3;

/** Reads one page: text layer if it may be believed, else two readings of the picture. */
export async function recognizePage(engine: RecognizeEngine, request: RecognizeRequest): Promise<RecognizeResponse> {
  const page = request.page ?? request.ocr;
  const ocrDpi = request.dpi * request.ocrScale;
  if (request.layer !== undefined) {
    if (!(await layerAgrees(engine, page, request.layer))) return { kind: "layer_rejected" };
    return { kind: "words", words: request.layer.map(layerWord), engine: "pdf text", fromLayer: true };
  }
  const words = await engine.read(request.ocr, { segmentation: "page", dpi: ocrDpi });
  if (!request.turnFinal && directionDoubtful(words, request.turnCertain)) {
    const turn = await probeDirection(engine, request.ocr, ocrDpi);
    if (turn !== 0) return { kind: "turn", turn };
  }
  const onPage = words.map((word) => scaled(word, 1 / request.ocrScale));
  const read = request.secondFromPage
    ? await readAgain(engine, page, onPage)
    : (await readAgain(engine, request.ocr, words)).map((word) => scaled(word, 1 / request.ocrScale));
  return { kind: "words", words: read, engine: engine.name, fromLayer: false };
}

/** Every word once, with its second reading; halves of one code become that code when it reads as one. */
async function readAgain(engine: RecognizeEngine, picture: Gray, words: readonly RecognizedWord[]): Promise<ReadWord[]> {
  const chosen = words.filter(needsSecondReading);
  const pairs = findSplitCodes(words);
  const unions = pairs.map(({ first, second }) => unionOf(words[first], words[second]));
  const boxes = [...unions, ...chosen.map((word) => wholeWordBox(picture, word, words))];
  const readings = await readBoxesAgain(engine, picture, boxes);
  const byWord = new Map(chosen.map((word, index) => [word, readings[unions.length + index]]));
  const read = words.map((word) => withReading(word, byWord.get(word)));
  // From the last pair to the first, so that a code in three parts is joined whole.
  for (const [index, pair] of [...pairs.entries()].toReversed()) settlePair(read, pair, readings[index]);
  return read.filter((word) => word !== undefined);
}

function unionOf(a: PixelBox | undefined, b: PixelBox | undefined): PixelBox {
  const boxes = [a, b].filter((box) => box !== undefined);
  return {
    x0: Math.min(...boxes.map((box) => box.x0)),
    y0: Math.min(...boxes.map((box) => box.y0)),
    x1: Math.max(...boxes.map((box) => box.x1)),
    y1: Math.max(...boxes.map((box) => box.y1)),
  };
}

/** One part: the halves become one word. More: they stay two, but neither counts as confirmed. */
function settlePair(read: (ReadWord | undefined)[], pair: SplitPair, reading: SecondReading | undefined): void {
  const [a, b] = [read[pair.first], read[pair.second]];
  if (a === undefined || b === undefined || reading === undefined || reading.parts === 0) return;
  const second = { secondText: reading.text, secondConfidence: reading.confidence };
  if (reading.parts === 1) {
    read[pair.first] = { ...joinWords(a, b), ...second };
    read[pair.second] = undefined;
  } else {
    read[pair.first] = { ...a, ...second };
    read[pair.second] = { ...b, ...second };
  }
}

function withReading(word: RecognizedWord, reading: SecondReading | undefined): ReadWord | undefined {
  return { ...word, secondText: reading?.text ?? "", secondConfidence: reading?.confidence ?? 0 };
}

function scaled<W extends RecognizedWord>(word: W, scale: number): W {
  return { ...word, x0: word.x0 * scale, y0: word.y0 * scale, x1: word.x1 * scale, y1: word.y1 * scale };
}

function layerWord(word: LayerWord): ReadWord {
  return { ...word, confidence: LAYER_CONFIDENCE, block: 0, secondText: "", secondConfidence: 0 };
}

/** Reading is the cheapest proof of a direction: only a page that reads badly or sideways is probed. */
function directionDoubtful(words: readonly RecognizedWord[], certain: boolean): boolean {
  const mean = words.reduce((sum, word) => sum + word.confidence, 0) / Math.max(1, words.length);
  const long = words.filter((word) => word.text.length >= LYING_LENGTH);
  const standing = long.filter((word) => word.y1 - word.y0 > word.x1 - word.x0).length;
  return mean < (certain ? DOUBTFUL_WHEN_CERTAIN : DOUBTFUL_WHEN_UNCERTAIN) || standing * 2 > long.length;
}
