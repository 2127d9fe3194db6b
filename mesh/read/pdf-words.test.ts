import assert from "node:assert/strict";
import { test } from "node:test";
import { charsToWords } from "./pdf-words.ts";

/** Characters of a fixed pitch of 10 pixels; a space moves on without a character unless `keepSpaces`. */
function chars(text: string, y: number, keepSpaces = true) {
  return [...text].flatMap((char, index) =>
    char === " " && !keepSpaces
      ? []
      : [
          {
            code: char.codePointAt(0) ?? 0,
            x0: index * 10,
            x1: index * 10 + 9,
            y0: y,
            y1: y + 12,
            left: index * 10,
            top: y - 2,
            right: index * 10 + 10,
            bottom: y + 14,
          },
        ],
  );
}

test("charsToWords splits at space characters and at line breaks", () => {
  const words = charsToWords([...chars("Member ID", 0), ...chars("W123", 30)]);
  assert.deepEqual(
    words.map(({ text, line }) => [text, line]),
    [
      ["Member", 0],
      ["ID", 0],
      ["W123", 1],
    ],
  );
});

test("charsToWords splits at gaps where the producer wrote no spaces", () => {
  assert.deepEqual(
    charsToWords(chars("Member ID", 0, false)).map(({ text }) => text),
    ["Member", "ID"],
  );
});

test("charsToWords keeps narrow glyphs together, whose white sides belong to them", () => {
  const narrow = chars("2026-11-11", 0).map((char) => ({ ...char, x0: char.left + 4, x1: char.right - 4 }));
  assert.deepEqual(
    charsToWords(narrow).map(({ text }) => text),
    ["2026-11-11"],
  );
});

test("charsToWords gives boxes that enclose their characters", () => {
  const [word] = charsToWords(chars("ABC", 50));
  assert.deepEqual(word, { text: "ABC", x0: 0, y0: 50, x1: 29, y1: 62, line: 0 });
});

test("charsToWords survives codes outside Unicode and empty input", () => {
  assert.deepEqual(charsToWords([]), []);
  assert.deepEqual(charsToWords([{ code: 0x7fffffff, x0: 0, y0: 0, x1: 1, y1: 1, left: 0, top: 0, right: 1, bottom: 1 }]), []);
});
