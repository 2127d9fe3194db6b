import assert from "node:assert/strict";
import { test } from "node:test";
import type { Gray } from "./gray.ts";
import type { RecognizedWord, RecognizeEngine } from "./recognize-engine.ts";
import { recognizePage } from "./recognize-page.ts";
import type { RecognizeRequest } from "./recognize-messages.ts";

const PAGE: Gray = { width: 400, height: 600, data: new Uint8Array(240_000).fill(255) };
const request: RecognizeRequest = { ocr: PAGE, ocrScale: 2, secondFromPage: false, dpi: 200, turnCertain: true, turnFinal: false };

function word(text: string, x0: number, changes: Partial<RecognizedWord> = {}): RecognizedWord {
  return { text, x0, y0: 100, x1: x0 + 12 * text.length, y1: 120, confidence: 0.95, line: 0, block: 0, ...changes };
}

/** Answers the page from `page`, and blocks (sheets, strips) one after the other from `blocks`. */
function scripted(
  page: readonly RecognizedWord[],
  ...blocks: readonly (readonly RecognizedWord[])[]
): RecognizeEngine & { readonly calls: string[] } {
  const calls: string[] = [];
  const queue = [...blocks];
  return {
    name: "scripted",
    calls,
    read: async (_, { segmentation }) => {
      calls.push(segmentation);
      return [...(segmentation === "page" ? page : (queue.shift() ?? []))];
    },
    close: async () => {},
  };
}

/** A word as the sheet's first band shows it. */
const onSheet = (text: string, x0 = 32): RecognizedWord => word(text, x0, { y0: 60, y1: 100 });

test("recognizePage gives boxes in page pixels and second readings to words with digits only", async () => {
  const engine = scripted([word("Code", 10), word("J1745", 100)], [onSheet("J1745")]);
  const response = await recognizePage(engine, request);
  assert.equal(response.kind, "words");
  const words = response.kind === "words" ? response.words : [];
  assert.deepEqual(
    words.map(({ text, secondText, x0, y1 }) => ({ text, secondText, x0, y1 })),
    [
      { text: "Code", secondText: "", x0: 5, y1: 60 },
      { text: "J1745", secondText: "J1745", x0: 50, y1: 60 },
    ],
  );
  assert.deepEqual(engine.calls, ["page", "block"]);
});

test("recognizePage joins the halves of a code that reads as one", async () => {
  const response = await recognizePage(scripted([word("BF679971", 10), word("18", 110)], [onSheet("BF67997118")]), request);
  assert.deepEqual(response.kind === "words" && response.words.map(({ text, secondText }) => [text, secondText]), [
    ["BF67997118", "BF67997118"],
  ]);
});

test("recognizePage leaves two numbers apart but unconfirmed when a space shows between them", async () => {
  const response = await recognizePage(scripted([word("30", 10), word("90", 38)], [onSheet("30"), onSheet("90", 90)]), request);
  assert.deepEqual(response.kind === "words" && response.words.map(({ text, secondText }) => [text, secondText]), [
    ["30", "3090"],
    ["90", "3090"],
  ]);
});

test("recognizePage asks for a turn when another direction reads better", async () => {
  const garbage = [word("ssaooe", 10, { confidence: 0.2 })];
  const upsideDown = [word("Authorization", 10), word("approved", 200)];
  const response = await recognizePage(scripted(garbage, garbage, garbage, upsideDown, garbage), request);
  assert.deepEqual(response, { kind: "turn", turn: 180 });
});

test("recognizePage never turns a page twice", async () => {
  const engine = scripted([word("ssaooe", 10, { confidence: 0.2 })]);
  const response = await recognizePage(engine, { ...request, turnFinal: true });
  assert.equal(response.kind, "words");
});

test("recognizePage proves an uncertain direction by reading, without probing when the page reads well", async () => {
  const engine = scripted([word("Page", 10)]);
  await recognizePage(engine, { ...request, turnCertain: false });
  assert.deepEqual(engine.calls, ["page"]);
  const sideways = scripted([word("Page", 10, { x1: 20, y0: 100, y1: 160 })]);
  await recognizePage(sideways, { ...request, turnCertain: false });
  assert.equal(sideways.calls.length, 5, "four directions were tried");
});

test("recognizePage believes a text layer only when the picture under it reads the same", async () => {
  const ink = { ...PAGE, data: new Uint8Array(240_000) };
  const layer = ["approved", "determination", "authorization"].map((text, index) => ({
    text,
    x0: 10,
    y0: 100 * index + 10,
    x1: 120,
    y1: 100 * index + 40,
    line: index,
  }));
  const bands = (texts: readonly string[]) => texts.map((text, index) => word(text, 32, { y0: 60 + index * 104, y1: 90 + index * 104 }));
  const honest = scripted([], bands(layer.map(({ text }) => text)));
  const response = await recognizePage(honest, { ...request, ocr: ink, layer });
  assert.equal(response.kind === "words" && response.fromLayer, true);
  const lying = scripted([], bands(["denied", "determination", "authorization"]));
  assert.deepEqual(await recognizePage(lying, { ...request, ocr: ink, layer }), { kind: "layer_rejected" });
  const hidden = scripted([], bands(layer.map(({ text }) => text)));
  assert.deepEqual(await recognizePage(hidden, { ...request, layer }), { kind: "layer_rejected" });
});
