import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ACTED_ON, ACTED_ON_BY_DECISION, FIELDS, fieldSpecName } from "../../mesh/fields.ts";
import type { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { loadCodeSets } from "../code-sets.ts";
import { PAGE_HEIGHT, PAGE_WIDTH } from "../draw/canvas.ts";
import { LAYOUTS } from "../draw/style.ts";
import { createRandom } from "../random.ts";
import type { TruthWord } from "../truth.ts";
import { type DrawnDocument, drawDocument } from "./draw-document.ts";
import { KINDS } from "./kinds.ts";

const codes = loadCodeSets();
/** Documents of every kind and layout; each seed draws other fonts, sizes, labels and cases. */
const SEEDS = ["a", "b", "c"];

interface Sample extends DrawnDocument {
  readonly label: string;
  readonly type: DocumentType;
}

const samples: Sample[] = [];

before(async () => {
  for (const kind of KINDS) {
    for (const layout of LAYOUTS) {
      for (const seed of SEEDS) {
        const label = `${kind.slug}/${layout}/${seed}`;
        const drawn = await drawDocument({ kind, layout, codes, random: createRandom(label), faxHeader: seed === "b" });
        samples.push({ ...drawn, label, type: kind.type });
      }
    }
  }
});

test("every kind in every layout prints all fields a hub acts on", () => {
  for (const { drawing, decision, label, type } of samples) {
    const names = new Set(drawing.fields.map((field) => fieldSpecName(field.name)));
    const wanted = [...(ACTED_ON[type] ?? []), ...(ACTED_ON_BY_DECISION[decision] ?? [])];
    for (const name of wanted) assert.ok(names.has(name), `${label} lacks ${name}`);
  }
});

test("truth names only known fields and agrees with itself", () => {
  const known = new Set(FIELDS.map((field) => field.name));
  for (const { drawing, label } of samples) {
    const values = new Map<string, string>();
    for (const field of drawing.fields) {
      assert.ok(known.has(fieldSpecName(field.name)), `${label} names ${field.name}`);
      assert.ok(field.printed.length > 0 && field.value.length > 0, `${label} ${field.name} is empty`);
      assert.equal(values.get(field.name) ?? field.value, field.value, `${label} contradicts itself on ${field.name}`);
      values.set(field.name, field.value);
    }
  }
});

test("no word leaves the page or runs into another", () => {
  for (const { drawing, style, label } of samples) {
    for (const word of drawing.words) {
      const { x0, y0, x1, y1 } = word.box;
      assert.ok(
        x0 >= 18 && y0 >= 4 && x1 <= PAGE_WIDTH - 18 && y1 <= PAGE_HEIGHT - 10,
        `${label}: "${word.text}" leaves page ${word.page}`,
      );
    }
    const clash = firstClash(drawing.words);
    assert.equal(clash, undefined, `${label} (${style.font.name} ${style.size}, ${style.facts} ${style.columns}): ${clash}`);
  }
});

function firstClash(words: readonly TruthWord[]): string | undefined {
  for (const [index, a] of words.entries()) {
    for (const b of words.slice(index + 1)) {
      if (a.page !== b.page) continue;
      const width = Math.min(a.box.x1, b.box.x1) - Math.max(a.box.x0, b.box.x0);
      const height = Math.min(a.box.y1, b.box.y1) - Math.max(a.box.y0, b.box.y0);
      if (width > 0.5 && height > 2.2) return `"${a.text}" and "${b.text}" overlap on page ${a.page}`;
    }
  }
  return undefined;
}

test("a field's box covers the words it was printed with", () => {
  for (const { drawing, label } of samples) {
    for (const field of drawing.fields) {
      const inside = drawing.words.filter(
        (word) =>
          word.page === field.page &&
          word.box.x1 > field.box.x0 &&
          word.box.x0 < field.box.x1 &&
          word.box.y1 > field.box.y0 &&
          word.box.y0 < field.box.y1,
      );
      const text = inside.map((word) => word.text).join(" ");
      for (const part of field.printed.split(" ")) assert.ok(text.includes(part), `${label} ${field.name}: "${part}" is not in "${text}"`);
    }
  }
});

test("the extent sets the length", async () => {
  const kind = KINDS[0];
  assert.ok(kind);
  const count = async (extent: "short" | "long") =>
    (await drawDocument({ kind, layout: "form", codes, extent, random: createRandom("extent") })).drawing.pageCount;
  assert.ok((await count("short")) <= 3);
  assert.ok((await count("long")) >= 6);
});
