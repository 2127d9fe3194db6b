import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText, toWords } from "./spans.ts";

const mark = { name: "letter.date", value: "2026-03-04" };

function texts(text: Parameters<typeof toWords>[0]): string[] {
  return toWords(text).map((word) => word.pieces.map((piece) => piece.text).join(""));
}

test("punctuation right after a value joins its last word", () => {
  const text = ["Sent on ", { text: "March 4, 2026", marks: [mark] }, ". Thank you"];
  assert.deepEqual(texts(text), ["Sent", "on", "March", "4,", "2026.", "Thank", "you"]);
  const last = toWords(text)[4];
  assert.deepEqual(
    last?.pieces.map((piece) => [piece.text, piece.marks.length]),
    [
      ["2026", 1],
      [".", 0],
    ],
  );
});

test("a value stays together unless it may break", () => {
  const kept = toWords([{ text: "March 4, 2026", marks: [mark] }]);
  assert.deepEqual(
    kept.map((word) => word.keep),
    [true, true, false],
  );
  const free = toWords([{ text: "a b c", marks: [mark], breakable: true }]);
  assert.deepEqual(
    free.map((word) => word.keep),
    [false, false, false],
  );
});

test("nothing gives no words, and plain text is what was given", () => {
  assert.deepEqual(toWords(["", "  "]), []);
  assert.equal(plainText(["a ", { text: "b" }, "."]), "a b.");
});
