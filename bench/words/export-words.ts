import { parseArgs } from "node:util";
import { deflateSync } from "node:zlib";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { drawDocument } from "../../corpus/documents/draw-document.ts";
import { KINDS } from "../../corpus/documents/kinds.ts";
import type { Drawing } from "../../corpus/draw/canvas.ts";
import { toGray } from "../../corpus/fax/bitmap.ts";
import { sendPages } from "../../corpus/fax/channel.ts";
import { createRandom, type Random } from "../../corpus/random.ts";
import type { Quality } from "../../corpus/truth.ts";
import { preparePage } from "../../mesh/read/prepare.ts";
import { cropWord } from "../../mesh/read/word-crop.ts";
import { checkSeeds, type Split } from "../text/seed-split.ts";
import { drawDensePage } from "./draw-dense-page.ts";
import { createTokens } from "./draw-token.ts";
import { jitterBoxes } from "./jitter-boxes.ts";
import { placeWords } from "./place-words.ts";

// Prints word pictures with their text as NDJSON, one page a line: 300 words and half a second a page, no OCR.
// node bench/words/export-words.ts --split train --first 1 --seeds 800 > out/words/train.ndjson
// Every third seed is a document of the corpus, the others are pages full of codes. Training holds out --without font=tinos
// --without layout=table --without condition=scanner-standard, so that validation shows what it never saw.
const { values } = parseArgs({
  options: {
    split: { type: "string", default: "train" },
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    without: { type: "string", multiple: true, default: [] },
  },
});

/** Conditions by how often they are drawn; coarse and noisy pages are where words are lost. */
const QUALITIES: readonly (readonly [number, Quality])[] = [
  [6, { resolution: "standard", level: "mild", family: "fax" }],
  [5, { resolution: "fine", level: "mild", family: "fax" }],
  [3, { resolution: "fine", level: "bad", family: "fax" }],
  [2, { resolution: "standard", level: "clean", family: "fax" }],
  [1, { resolution: "fine", level: "clean", family: "fax" }],
  [1, { resolution: "standard", level: "bad", family: "fax" }],
  [2, { resolution: "fine", level: "mild", family: "scanner" }],
  [1, { resolution: "scan200", level: "mild", family: "scanner" }],
  [1, { resolution: "fine", level: "bad", family: "scanner" }],
  [2, { resolution: "standard", level: "mild", family: "scanner" }],
];
const TOTAL = QUALITIES.reduce((sum, [weight]) => sum + weight, 0);

interface Drawn {
  readonly drawing: Drawing;
  readonly style: { readonly layout: string; readonly font: { readonly name: string } };
}

const codes = loadCodeSets();
const token = createTokens(codes);
const counts = { pages: 0, words: 0 };
for (const seed of checkSeeds(values.split as Split, Number(values.first), Number(values.seeds))) {
  const random = createRandom(`words/${seed}`);
  const quality = drawQuality(random);
  const source = seed % 3 === 0 ? "document" : "dense";
  const drawn = source === "dense" ? await drawDensePage(random.fork("page"), token) : await drawOne(random.fork("page"), quality);
  const tags = [`font=${drawn.style.font.name}`, `layout=${drawn.style.layout}`, `condition=${quality.family}-${quality.resolution}`];
  const heldOut = source === "dense" ? tags.filter((tag) => !tag.startsWith("layout=")) : tags;
  if (heldOut.some((tag) => values.without.includes(tag))) continue;
  await printPages(drawn, { seed, source, tags, quality, random });
  if (counts.pages % 20 === 0) process.stderr.write(`seed ${seed}: ${counts.words} words of ${counts.pages} pages\n`);
}

function drawQuality(random: Random): Quality {
  let left = random.between(0, TOTAL);
  const found = QUALITIES.find(([weight]) => (left -= weight) < 0) ?? QUALITIES[0];
  if (found === undefined) throw new RangeError("drawing a condition: there is none, one is needed");
  return found[1];
}

async function drawOne(random: Random, quality: Quality): Promise<Drawn> {
  return await drawDocument({ kind: random.pick(KINDS), random, codes, faxHeader: quality.family === "fax" && random.chance(0.7) });
}

interface PageContext {
  readonly seed: number;
  readonly source: string;
  readonly tags: readonly string[];
  readonly quality: Quality;
  readonly random: Random;
}

async function printPages(drawn: Drawn, { seed, source, tags, quality, random }: PageContext): Promise<void> {
  const pages = await sendPages(drawn.drawing.pdf, { quality, random: random.fork("channel") });
  for (const [index, sent] of pages.entries()) {
    const { dpiX, dpiY } = sent.truth;
    // As the corpus packs them: only scans at 200 dpi are ever stored in gray.
    const isGray = quality.resolution === "scan200" && random.chance(0.6);
    const picture = isGray && sent.gray !== undefined ? sent.gray : toGray(sent.bitmap);
    const prepared = preparePage(picture, { density: { dpiX, dpiY } });
    if (prepared.turn !== 0 || prepared.blank) continue;
    const placed = placeWords(
      drawn.drawing.words.filter((word) => word.page === index + 1),
      sent.truth,
      prepared,
    );
    const cut = jitterBoxes(placed, random.fork(`jitter-${index}`)).map(({ text, box }) => ({ text, crop: cropWord(prepared.page, box) }));
    counts.pages += 1;
    counts.words += cut.length;
    const pixels = deflateSync(Buffer.concat(cut.map(({ crop }) => crop.data)), { level: 6 }).toString("base64");
    process.stdout.write(
      `${JSON.stringify({ kind: "words", seed, source, tags, quality, words: cut.map(({ text, crop }) => [text, crop.width]), pixels })}\n`,
    );
  }
}
