import { probeDirection } from "./direction-probe.ts";
import type { LayerWord } from "./pdf-words.ts";
import type { RecognizedWord, RecognizeEngine } from "./recognize-engine.ts";
import type { ReadWord, RecognizeRequest, RecognizeResponse } from "./recognize-messages.ts";
import { needsSecondReading, readBoxesAgain } from "./second-reading.ts";
import { layerAgrees } from "./text-layer-check.ts";

/** Confidence of words of a text layer that agrees with the picture. */
const LAYER_CONFIDENCE = 0.995;
/** A page whose words are on average below this may be upside down. */
const DOUBTFUL_PAGE = 0.55;

/** Reads one page: text layer if it may be believed, else two readings of the picture. */
export async function recognizePage(engine: RecognizeEngine, request: RecognizeRequest): Promise<RecognizeResponse> {
  const page = request.page ?? request.ocr;
  const ocrDpi = request.dpi * request.ocrScale;
  if (request.layer !== undefined) {
    if (!(await layerAgrees(engine, page, request.layer))) return { kind: "layer_rejected" };
    return { kind: "words", words: request.layer.map(layerWord), engine: "pdf text", fromLayer: true };
  }
  if (!request.turnCertain && !request.turnFinal) {
    const turn = await probeDirection(engine, request.ocr, ocrDpi);
    if (turn !== 0) return { kind: "turn", turn };
  }
  const words = await engine.read(request.ocr, { segmentation: "page", dpi: ocrDpi });
  if (request.turnCertain && !request.turnFinal && meanConfidence(words) < DOUBTFUL_PAGE) {
    const turn = await probeDirection(engine, request.ocr, ocrDpi);
    if (turn !== 0) return { kind: "turn", turn };
  }
  const onPage = words.map((word) => scaled(word, request.ocrScale));
  return { kind: "words", words: await withSecondReading(engine, page, onPage), engine: engine.name, fromLayer: false };
}

async function withSecondReading(
  engine: RecognizeEngine,
  page: RecognizeRequest["ocr"],
  words: readonly RecognizedWord[],
): Promise<ReadWord[]> {
  const chosen = words.filter(needsSecondReading);
  const readings = await readBoxesAgain(engine, page, chosen);
  const byWord = new Map(chosen.map((word, index) => [word, readings[index]]));
  return words.map((word) => {
    const reading = byWord.get(word);
    return { ...word, secondText: reading?.text ?? "", secondConfidence: reading?.confidence ?? 0 };
  });
}

function scaled(word: RecognizedWord, scale: number): RecognizedWord {
  return { ...word, x0: word.x0 / scale, y0: word.y0 / scale, x1: word.x1 / scale, y1: word.y1 / scale };
}

function layerWord(word: LayerWord): ReadWord {
  return { ...word, confidence: LAYER_CONFIDENCE, block: 0, secondText: "", secondConfidence: 0 };
}

function meanConfidence(words: readonly RecognizedWord[]): number {
  if (words.length === 0) return 0;
  return words.reduce((sum, word) => sum + word.confidence, 0) / words.length;
}
