import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import sharp from "sharp";
import type { Truth } from "../../corpus/truth.ts";
import { typedPage } from "../../mesh/understand/page-fixture.ts";
import { pageRow, rowImage } from "./page-row.ts";

const page = typedPage([
  "Member Name:   Ines Okafor",
  "Plan:          Gold 1500",
  "Group:         X3631",
  "Thank you, see overleaf for terms",
]);
/** Drawn where it was read, so that the map between them is the identity. */
const words = page.words.map(({ text, box }) => ({ text, page: 1, box: box ?? { x0: 0, y0: 0, x1: 0, y1: 0 } }));
const name = words.slice(2, 4).map(({ box }) => box);
const truth: Truth = {
  seed: "1",
  fileName: "a.tif",
  documentType: 2,
  decision: "",
  payerId: "p",
  caseId: "c",
  layout: "form",
  font: "arimo",
  pages: [{ widthPt: 612, heightPt: 792, widthPx: 1700, heightPx: 2200, dpiX: 200, dpiY: 200, rotation: 0, transform: [1, 0, 0, 1, 0, 0] }],
  fields: [
    {
      name: "member.name",
      printed: "Ines Okafor",
      value: "Ines Okafor",
      page: 1,
      box: { x0: name[0]?.x0 ?? 0, y0: name[0]?.y0 ?? 0, x1: name[1]?.x1 ?? 0, y1: name[1]?.y1 ?? 0 },
    },
  ],
  words,
  checkboxes: [],
  expected: { outcome: "any", why: "" },
  quality: { resolution: "fine", level: "clean", family: "fax" },
};

test("a row has tokens in reading order, boxes per mille, cells around them and labels", () => {
  const row = pageRow(truth, 7, page);
  assert.ok(row !== undefined);
  assert.deepEqual(
    row.tokens.slice(0, 5).map(({ text, field, entity }) => [text, field, entity]),
    [
      ["Member", "O", "O"],
      ["Name:", "O", "O"],
      ["Ines", "B-member.name", "B-PERSON"],
      ["Okafor", "I-member.name", "I-PERSON"],
      ["Plan:", "O", "O"],
    ],
  );
  for (const { box, cell } of row.tokens) {
    for (const value of [...box, ...cell]) assert.ok(Number.isInteger(value) && value >= 0 && value <= 1_000);
    assert.ok((cell[0] ?? 0) <= (box[0] ?? 0) && (cell[2] ?? 0) >= (box[2] ?? 0));
  }
  // Label and value stand in cells of their own, the two words of the value in one.
  assert.notDeepEqual(row.tokens[1]?.cell, row.tokens[2]?.cell);
  assert.deepEqual(row.tokens[2]?.cell, row.tokens[3]?.cell);
});

test("a page that is not the drawn one gives no row", () => {
  assert.equal(pageRow(truth, 7, typedPage(["nothing of it"])), undefined);
});

test("the picture is 224 × 224 gray bytes", async () => {
  const png = await sharp({ create: { width: 850, height: 1100, channels: 3, background: "#ffffff" } })
    .png()
    .toBuffer();
  const bytes = inflateSync(Buffer.from(await rowImage(png), "base64"));
  assert.equal(bytes.length, 224 * 224);
  assert.ok(bytes.every((byte) => byte === 255));
});
