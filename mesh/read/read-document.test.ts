import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deflateSync } from "node:zlib";
import PDFDocument from "pdfkit";
import sharp from "sharp";
import { type PageWords, TextSource } from "../../proto/document/v1/document.pb.ts";
import { type Code, PayerHubError } from "../../runtime/error.ts";
import { createReadConfig } from "./config.ts";
import { readDocument, readWholeDocument } from "./read-document.ts";
import { createReadPools, type ReadPools } from "./read-pools.ts";
import { SAMPLE_LETTER, samplePage, samplePdf, sampleTiff, skewed } from "./sample-page.ts";

const MIB = 1024 * 1024;
const FINE = { x: 204, y: 196 };
/** tesseract.js on every machine, so that the tests do not depend on what is installed. */
const config = createReadConfig({ engine: "tesseract.js", recognizers: 1, decoders: 1, nice: 0 });
const signal = new AbortController().signal;

let pools: ReadPools;
before(async () => {
  pools = await createReadPools(config);
});
after(async () => {
  await pools.stop();
});

const read = async (bytes: Uint8Array) => (await readWholeDocument(new Uint8Array(bytes), { config, pools, signal })).pages;
const textOf = (page: PageWords | undefined) => (page?.words ?? []).map((word) => word.text).join(" ");
const LETTER_TEXT = SAMPLE_LETTER.map(({ text }) => text.replace(/\s+/g, " ")).join(" ");

function wordsFound(page: PageWords | undefined): number {
  const found = new Set(textOf(page).split(" "));
  const wanted = LETTER_TEXT.split(" ");
  return wanted.filter((word) => found.has(word)).length / wanted.length;
}

function coded(code: Code): (error: unknown) => boolean {
  return (error) => error instanceof PayerHubError && error.code === code;
}

test("a fine fax is read with words, boxes, second readings and its densities", async () => {
  const [page] = await read(await sampleTiff([await samplePage(SAMPLE_LETTER, FINE)], FINE));
  assert.ok(wordsFound(page) >= 0.97, textOf(page));
  assert.equal(page?.source, TextSource.OCR);
  assert.deepEqual([page?.sourceDpiX, page?.sourceDpiY, page?.rotationDegrees, page?.skewDegrees], [204, 196, 0, 0]);
  const id = page?.words.find((word) => word.text === "W382516740");
  assert.equal(id?.secondText, "W382516740");
  assert.ok((page?.words ?? []).every((word) => word.box !== undefined && word.box.x1 > word.box.x0 && word.box.y1 > word.box.y0));
});

test("boxes lie within 3 pixels of where the words were drawn, on a page turned and skewed too", async () => {
  const level = await samplePage(SAMPLE_LETTER, { x: 200, y: 200 });
  const straight = await read(await sampleTiff([level], { x: 200, y: 200 }));
  const crooked = await read(await sampleTiff([await skewed(level, 1.5)], { x: 200, y: 200 }, 180));
  assert.equal(crooked[0]?.rotationDegrees, 180);
  const [first, second] = ["W382516740", "J1745"].map((text) => straight[0]?.words.find((word) => word.text === text)?.box);
  // Left edges as drawn: 60 points, text height from the font.
  const left = straight[0]?.words.find((word) => word.text === "Member")?.box?.x0 ?? 0;
  assert.ok(Math.abs(left - (60 / 72) * 200) <= 3, `left edge at ${left}`);
  // The crooked scan is larger by its corners: distances between words stay.
  const [turnedFirst, turnedSecond] = ["W382516740", "J1745"].map((text) => crooked[0]?.words.find((word) => word.text === text)?.box);
  assert.ok(first !== undefined && second !== undefined && turnedFirst !== undefined && turnedSecond !== undefined);
  assert.ok(Math.abs(turnedSecond.x0 - turnedFirst.x0 - (second.x0 - first.x0)) <= 3);
  assert.ok(Math.abs(turnedSecond.y1 - turnedFirst.y1 - (second.y1 - first.y1)) <= 3);
});

test("a standard fax, half the rows, reads like the fine one", async () => {
  const texts = SAMPLE_LETTER.map((text) => ({ ...text, size: 14 }));
  const standard = { x: 204, y: 98 };
  const [fine] = await read(await sampleTiff([await samplePage(texts, FINE)], FINE));
  const [half] = await read(await sampleTiff([await samplePage(texts, standard)], standard));
  assert.deepEqual([half?.widthPx, half?.heightPx], [fine?.widthPx, fine?.heightPx]);
  assert.ok(wordsFound(half) >= wordsFound(fine) - 0.05, textOf(half));
});

test("a sideways page is stored upright", async () => {
  const [page] = await read(await sampleTiff([await samplePage(SAMPLE_LETTER, { x: 200, y: 200 })], { x: 200, y: 200 }, 90));
  assert.equal(page?.rotationDegrees, 270);
  assert.ok((page?.heightPx ?? 0) > (page?.widthPx ?? 0));
  assert.ok(wordsFound(page) >= 0.97);
});

test("a digital PDF gives its own text when the picture agrees", async () => {
  const [page] = await read(await samplePdf(SAMPLE_LETTER));
  assert.equal(page?.source, TextSource.PDF_TEXT);
  assert.equal(textOf(page), LETTER_TEXT);
});

test("a text layer that says something else than the picture is not believed", async () => {
  const picture = await sharp((await samplePage(SAMPLE_LETTER, { x: 200, y: 200 })).data, {
    raw: { width: 1700, height: 2200, channels: 1 },
  })
    .png()
    .toBuffer();
  const document = new PDFDocument({ size: "LETTER", margin: 0 });
  const chunks: Buffer[] = [];
  document.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => document.on("end", resolve));
  for (const { x, y } of SAMPLE_LETTER)
    document.fontSize(12).text("the service was denied for reasons given below", x, y, { lineBreak: false });
  document.image(picture, 0, 0, { width: 612, height: 792 });
  document.end();
  await ended;
  const [page] = await read(Buffer.concat(chunks));
  assert.equal(page?.source, TextSource.OCR);
  assert.ok(wordsFound(page) >= 0.95, textOf(page));
});

test("a blank page is called blank and costs no recognizer", async () => {
  const blank = { width: 1728, height: 2156, data: new Uint8Array(1728 * 2156).fill(255) };
  const [page] = await read(await sampleTiff([blank], FINE));
  assert.equal(page?.source, TextSource.BLANK);
  assert.deepEqual(page?.words, []);
});

test("the same bytes give the same words, whatever was read before", async () => {
  const bytes = await sampleTiff([await samplePage(SAMPLE_LETTER, FINE)], FINE);
  const first = await read(bytes);
  await read(await sampleTiff([await samplePage(SAMPLE_LETTER.slice(3), { x: 204, y: 98 })], { x: 204, y: 98 }));
  assert.deepEqual(await read(bytes), first);
});

test("hostile and broken files end in typed errors and the next document is read", async () => {
  const tiff = await sampleTiff([await samplePage(SAMPLE_LETTER, FINE)], FINE);
  const huge = Buffer.from(
    await sharp({ create: { width: 1, height: 1, channels: 3, background: "#fff" } })
      .png()
      .toBuffer(),
  );
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  const nested = deflateSync(deflateSync(Buffer.alloc(64 * MIB)));
  const pdfBomb = Buffer.concat([
    Buffer.from("%PDF-1.7\n1 0 obj\n<</Filter[/FlateDecode/FlateDecode]>>\nstream\n"),
    nested,
    Buffer.from("\nendstream\nendobj\n"),
  ]);
  const cases: readonly (readonly [string, Uint8Array, Code])[] = [
    ["empty", new Uint8Array(), "INVALID_ARGUMENT"],
    ["executable", Buffer.from("\x7fELF\x02\x01\x01"), "INVALID_ARGUMENT"],
    ["truncated TIFF", tiff.subarray(0, tiff.length / 2), "INVALID_ARGUMENT"],
    ["60,000 x 60,000 picture", huge, "OUT_OF_RANGE"],
    ["nested Flate", pdfBomb, "RESOURCE_EXHAUSTED"],
    ["encrypted PDF", await samplePdf(SAMPLE_LETTER, { password: "secret" }), "FAILED_PRECONDITION"],
    ["garbage PDF", Buffer.from("%PDF-1.7\nnot a document"), "INVALID_ARGUMENT"],
    ["too many pages", await samplePdf([], { pages: 501 }), "OUT_OF_RANGE"],
  ];
  for (const [name, bytes, code] of cases) await assert.rejects(read(bytes), coded(code), name);
  const [page] = await read(tiff);
  assert.ok(wordsFound(page) >= 0.97);
});

test("a recognizer killed over a page costs that page; the others are read", async () => {
  const page = await samplePage(SAMPLE_LETTER, FINE);
  const bytes = new Uint8Array(await sampleTiff([page, page], FINE));
  const results = new Map<number, string>();
  let killed = false;
  // In new pools a child exists only because a page waits for it.
  const fresh = await createReadPools(config);
  const watch = setInterval(() => {
    const [pid] = fresh.recognize.pids();
    if (killed || pid === undefined) return;
    killed = true;
    process.kill(pid, "SIGKILL");
  }, 5);
  try {
    await readDocument(bytes, {
      config,
      pools: fresh,
      signal,
      onPage: async (result) => void results.set(result.index, result.error?.code ?? "read"),
    });
  } finally {
    clearInterval(watch);
    await fresh.stop();
  }
  assert.deepEqual([...results.values()].sort(), ["INTERNAL", "read"]);
});

test("an aborted document frees its children at once", async () => {
  const bytes = new Uint8Array(await sampleTiff([await samplePage(SAMPLE_LETTER, FINE)], FINE));
  const controller = new AbortController();
  const running = readWholeDocument(bytes, { config, pools, signal: controller.signal });
  controller.abort();
  await assert.rejects(running);
  assert.equal((await read(bytes)).length, 1);
});
