import assert from "node:assert/strict";
import { test } from "node:test";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { createRandom } from "../random.ts";
import { Canvas } from "./canvas.ts";
import { compose } from "./compose.ts";
import { fontFamilies } from "./fonts.ts";
import { createStyle } from "./style.ts";

const style = createStyle(createRandom("canvas"), { layout: "letter", minSize: 10 });

async function pdfText(pdf: Uint8Array): Promise<string> {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(pdf);
  const text = [...document.pages()].map((page) => page.getText()).join("\n");
  document.destroy();
  library.destroy();
  return text;
}

for (const font of fontFamilies()) {
  test(`the text layer of ${font.name} reads as the recorded words`, async () => {
    const canvas = new Canvas({ ...style, font }, "2026-01-01");
    compose(canvas, [
      { kind: "paragraph", text: ["The office of Dr. O'Brien-Fisher filed 5 offers: $1,234.50 (20%) for M05.79 affiliates."] },
    ]);
    const drawing = await canvas.finish();
    const found = (await pdfText(drawing.pdf)).split(/\s+/).filter((word) => word !== "");
    assert.deepEqual(
      found,
      drawing.words.map((word) => word.text),
    );
  });
}

test("lines are broken within the width and pages within the height", async () => {
  const canvas = new Canvas(style, "2026-01-01");
  let heads = 0;
  canvas.onPage = () => {
    heads += 1;
  };
  compose(canvas, [{ kind: "paragraph", text: [Array.from({ length: 1500 }, (_, index) => `word${index}`).join(" ")] }]);
  const { words, pageCount } = await canvas.finish();
  assert.equal(words.length, 1500);
  assert.equal(heads, pageCount - 1);
  assert.ok(words.every((word) => word.box.x1 <= canvas.left + canvas.width + 0.1 && word.box.y1 <= 792 - style.margin));
});

test("a value drawn in pieces has one box and its whole text", async () => {
  const canvas = new Canvas(style, "2026-01-01");
  const marks = [{ name: "drug.directions", value: "Take one" }];
  compose(canvas, [{ kind: "paragraph", text: ["Sig: ", { text: "Take one", marks }, "."] }]);
  const { fields, words } = await canvas.finish();
  assert.equal(fields.length, 1);
  assert.equal(fields[0]?.printed, "Take one");
  assert.equal(fields[0]?.box.x0, words[1]?.box.x0);
  assert.ok((fields[0]?.box.x1 ?? 0) < (words[2]?.box.x1 ?? 0), "the full stop is not part of the value");
});

test("check boxes are recorded with their state", async () => {
  const canvas = new Canvas(style, "2026-01-01");
  compose(canvas, [
    {
      kind: "options",
      label: "New start",
      options: [
        { text: ["Yes"], checked: true },
        { text: ["No"], checked: false },
      ],
    },
  ]);
  const { checkboxes } = await canvas.finish();
  assert.deepEqual(
    checkboxes.map(({ label, checked }) => [label, checked]),
    [
      ["Yes", true],
      ["No", false],
    ],
  );
});

test("the same drawing gives the same bytes", async () => {
  const draw = async () => {
    const canvas = new Canvas(style, "2026-01-01");
    compose(canvas, [{ kind: "title", text: "Same" }]);
    return (await canvas.finish()).pdf;
  };
  assert.deepEqual(await draw(), await draw());
});
