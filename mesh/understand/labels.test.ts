import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { labelHits } from "./label-hits.ts";
import { phraseIndex } from "./label-index.ts";
import { fold, ocrDistance } from "./ocr-distance.ts";
import { typedPage } from "./page-fixture.ts";
import { pageModel } from "./page-model.ts";

describe("ocrDistance", () => {
  test("is 0 for equal texts, symmetric, and no more than the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        assert.equal(ocrDistance(a, a), 0);
        assert.ok(Math.abs(ocrDistance(a, b) - ocrDistance(b, a)) < 1e-9);
        assert.ok(ocrDistance(a, b) <= Math.max(a.length, b.length) + 1e-9);
      }),
    );
  });
  test("confusions of OCR cost less than an edit", () => {
    assert.ok(ocrDistance("M05.79", "MO5.79") < 0.5);
    assert.ok(ocrDistance("modern", "modem") < 0.5);
    assert.equal(ocrDistance("cat", "dog"), 3);
  });
  test("answers Infinity beyond the limit", () => {
    assert.equal(ocrDistance("abcdefgh", "zyxwvuts", 2), Number.POSITIVE_INFINITY);
  });
});

test("fold makes look-alikes equal", () => {
  assert.equal(fold("Member ID"), fold("Mernber lD"));
  assert.notEqual(fold("Group"), fold("Grant"));
});

describe("phraseIndex", () => {
  const index = phraseIndex(["Member ID", "Member Name", "Date of Birth", "ID", "NPI"].map((text) => ({ text, meaning: text })));
  const best = (text: string) => index.match(text)[0]?.phrase.text;
  test("finds labels through misreadings", () => {
    assert.equal(best("Member ID:"), "Member ID");
    assert.equal(best("Mernber 1D"), "Member ID");
    assert.equal(best("Date af Birth"), "Date of Birth");
    assert.equal(best("Patient"), undefined);
  });
  test("short labels must be exact", () => {
    assert.equal(best("ID"), "ID");
    assert.equal(best("IB"), undefined);
  });
});

describe("labelHits", () => {
  const index = phraseIndex(["Member", "Member ID", "Qty", "Days", "Date"].map((text) => ({ text, meaning: text })));
  const hits = (lines: readonly string[]) => labelHits(pageModel(typedPage(lines)), index);
  test("the longest label wins", () => {
    assert.deepEqual(
      hits(["Member ID: X1"]).map((hit) => hit.meaning),
      ["Member ID"],
    );
  });
  test("a cell of nothing but labels is a header for each", () => {
    assert.deepEqual(
      hits(["Qty Days"]).map((hit) => [hit.meaning, hit.fillsCell]),
      [
        ["Qty", true],
        ["Days", true],
      ],
    );
  });
  test("a label in running text neither opens nor fills a cell", () => {
    const [hit] = hits(["Your member since then"]);
    assert.deepEqual([hit?.opensCell, hit?.fillsCell, hit?.marked], [false, false, false]);
  });
  test("labels do not reach across columns", () => {
    assert.deepEqual(
      hits(["Member          ID"]).map((hit) => hit.meaning),
      ["Member"],
    );
  });
});
