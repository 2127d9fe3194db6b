import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { PageWords } from "../../proto/document/v1/document.pb.ts";
import { cellsOf } from "./cells.ts";
import { isFaxBanner } from "./fax-banner.ts";
import { linesOf } from "./lines.ts";
import { pageModel, textOf } from "./page-model.ts";
import { typedPage } from "./page-fixture.ts";
import { tokensOf } from "./tokens.ts";

const textsOf = (page: PageWords) => linesOf(tokensOf(page)).map((line) => textOf(line.tokens));

describe("tokensOf", () => {
  test("parts a label from the value glued to it, in both readings", () => {
    const [first, second] = tokensOf(typedPage(["ID:X123"], { second: { "ID:X123": "ID:X128" } }));
    assert.deepEqual([first?.text, second?.text, second?.second], ["ID:", "X123", "X128"]);
    assert.ok((first?.box.x1 ?? 0) <= (second?.box.x0 ?? 0));
  });
  test("parts what a table's rule glued, drops the rule itself", () => {
    assert.deepEqual(
      tokensOf(typedPage(["1.6]Normal | 9.5|High"])).map((token) => token.text),
      ["1.6]", "Normal", "9.5|", "High"],
    );
  });
  test("empty words, endless words and too many words are bounded", () => {
    const word = (text: string) => ({ text, box: { x0: 0, y0: 0, x1: 10, y1: 10 } });
    const page = PageWords.fromPartial({
      page: 1,
      words: [word(""), word("x".repeat(10_000)), ...Array.from({ length: 9_000 }, () => word("a"))],
    });
    const tokens = tokensOf(page);
    assert.equal(tokens[0]?.text.length, 120);
    assert.equal(tokens.length, 6_000);
  });
});

describe("linesOf", () => {
  test("keeps what stands side by side together, whatever the order of the words", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 9 }), (order) => {
        const page = typedPage(["one two three", "four five six", "seven eight nine"]);
        const shuffled = { ...page, words: order.flatMap((at) => page.words[at] ?? []) };
        assert.deepEqual(textsOf(shuffled), ["one two three", "four five six", "seven eight nine"]);
      }),
    );
  });
  test("a slightly slanted line stays one line", () => {
    const page = typedPage(["a b c d e f g h", "i j k l m n o p"]);
    const slanted = {
      ...page,
      words: page.words.map((word) => ({
        ...word,
        box: word.box && { ...word.box, y0: word.box.y0 + word.box.x0 * 0.02, y1: word.box.y1 + word.box.x0 * 0.02 },
      })),
    };
    assert.deepEqual(textsOf(slanted), ["a b c d e f g h", "i j k l m n o p"]);
  });
  test("a dash belongs to the line it lies in", () => {
    const page = typedPage(["Range 10 - 20", "next"]);
    const low = {
      ...page,
      words: page.words.map((word) =>
        word.text === "-" && word.box ? { ...word, box: { ...word.box, y0: word.box.y0 + 8, y1: word.box.y0 + 11 } } : word,
      ),
    };
    assert.deepEqual(textsOf(low), ["Range 10 - 20", "next"]);
  });
});

test("cellsOf splits at column gaps, not at spaces", () => {
  const [line] = linesOf(tokensOf(typedPage(["Member Name: John Smith     Date of Birth: 01/02/1980"])));
  assert.ok(line);
  assert.deepEqual(
    cellsOf(line, 0).map((cell) => textOf(cell.tokens)),
    ["Member Name: John Smith", "Date of Birth: 01/02/1980"],
  );
});

test("the line of the sending fax machine is no part of the page", () => {
  const page = typedPage(["Jan 27, 2026 12:54 FAX 602 555 0114 P.01", "Member Name: John Smith"]);
  const raised = {
    ...page,
    words: page.words.map((word) => (word.line === 0 && word.box ? { ...word, box: { ...word.box, y0: 30, y1: 46 } } : word)),
  };
  assert.deepEqual(
    pageModel(raised).lines.map((line) => textOf(line.tokens)),
    ["Member Name: John Smith"],
  );
  const [body] = linesOf(tokensOf(page));
  assert.ok(body);
  assert.equal(isFaxBanner(body, 2200), false);
});
