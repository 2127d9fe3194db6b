import assert from "node:assert/strict";
import { before, test } from "node:test";
import { loadCodeSets } from "../code-sets.ts";
import { type DrawnDocument, drawDocument } from "../documents/draw-document.ts";
import { determinationLetter } from "../documents/determination-letter.ts";
import { createRandom } from "../random.ts";
import { type Quality, toPixels, type TruthBox } from "../truth.ts";
import type { Bitmap } from "./bitmap.ts";
import { type Rotation, sendPages, type SpoiledPage } from "./channel.ts";

let drawn: DrawnDocument;

before(async () => {
  drawn = await drawDocument({
    kind: determinationLetter,
    codes: loadCodeSets(),
    random: createRandom("channel"),
    layout: "letter",
    extent: "short",
    minSize: 10,
  });
});

async function send(quality: Quality, rotation: Rotation = 0): Promise<SpoiledPage> {
  const [page] = await sendPages(drawn.drawing.pdf, { quality, random: createRandom("line"), rotations: new Map([[1, rotation]]) });
  assert.ok(page);
  return page;
}

function ink(bitmap: Bitmap, box: TruthBox): number {
  let black = 0;
  let all = 0;
  for (let y = Math.max(0, Math.round(box.y0)); y < Math.min(bitmap.height, box.y1); y += 1) {
    for (let x = Math.max(0, Math.round(box.x0)); x < Math.min(bitmap.width, box.x1); x += 1) {
      black += bitmap.data[y * bitmap.width + x] ?? 0;
      all += 1;
    }
  }
  return all === 0 ? 0 : black / all;
}

/** Words are dark inside their mapped box; a strip of three pixels around a lone word's box is white. */
function assertBoxesFit(page: SpoiledPage): void {
  const words = drawn.drawing.words.filter((word) => word.page === 1);
  for (const word of words) {
    const box = toPixels(word.box, page.truth.transform);
    assert.ok(ink(page.bitmap, box) > 0.02, `"${word.text}" is not at ${JSON.stringify(box)}`);
  }
  const lone = words.find((word) => word.text === drawn.drawing.fields.find((field) => field.name === "letter.date")?.printed);
  if (lone === undefined) return;
  const box = toPixels(lone.box, page.truth.transform);
  const skew = Math.abs(page.truth.transform[1] ?? 0) * (lone.box.x1 - lone.box.x0);
  const right = { ...box, x0: box.x1 + 3 + skew, x1: box.x1 + 12 + skew };
  assert.ok(ink(page.bitmap, right) < 0.02, "ink beside a lone word's box");
}

for (const resolution of ["fine", "standard", "scan200"] as const) {
  for (const family of ["fax", "scanner"] as const) {
    for (const level of ["clean", "mild", "bad"] as const) {
      test(`truth boxes lie on the words of a ${level} ${resolution} ${family} page`, async () => {
        assertBoxesFit(await send({ resolution, level, family }));
      });
    }
  }
}

for (const rotation of [90, 180, 270] as const) {
  test(`truth boxes follow a page turned by ${rotation} degrees`, async () => {
    const page = await send({ resolution: "fine", level: "mild", family: "fax" }, rotation);
    assert.deepEqual([page.bitmap.width, page.bitmap.height], rotation === 180 ? [1728, 2156] : [2156, 1728]);
    assert.deepEqual([page.truth.dpiX, page.truth.dpiY], rotation === 180 ? [204, 196] : [196, 204]);
    assertBoxesFit(page);
  });
}

test("fax pages have 1728 pixels a line and the lines of their resolution", async () => {
  const fine = await send({ resolution: "fine", level: "clean", family: "fax" });
  const standard = await send({ resolution: "standard", level: "clean", family: "fax" });
  assert.deepEqual([fine.bitmap.width, fine.bitmap.height], [1728, 2156]);
  assert.deepEqual([standard.bitmap.width, standard.bitmap.height], [1728, 1078]);
});

test("noise grows with the level and the two families differ", async () => {
  const specks = async (quality: Quality) => loneBlack((await send(quality)).bitmap);
  const fine = { resolution: "fine", family: "fax" } as const;
  const [clean, mild, bad] = [
    await specks({ ...fine, level: "clean" }),
    await specks({ ...fine, level: "mild" }),
    await specks({ ...fine, level: "bad" }),
  ];
  assert.ok(clean < 50 && mild > clean + 500 && bad > mild * 2, `${clean} ${mild} ${bad}`);
  assert.notEqual(await specks({ resolution: "fine", level: "mild", family: "scanner" }), mild);
});

/** Black pixels without a black neighbor. */
function loneBlack({ width, height, data }: Bitmap): number {
  let count = 0;
  for (let at = width + 1; at < width * (height - 1) - 1; at += 1) {
    if (data[at] !== 1) continue;
    const around = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
    if (around.every((step) => data[at + step] !== 1)) count += 1;
  }
  return count;
}

test("only a scanner page keeps its grey picture", async () => {
  assert.notEqual((await send({ resolution: "scan200", level: "mild", family: "scanner" })).gray, undefined);
  assert.equal((await send({ resolution: "fine", level: "mild", family: "fax" })).gray, undefined);
});
