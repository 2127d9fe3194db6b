import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import fc from "fast-check";
import { createTokenizer } from "./tokenizer.ts";

interface FileJson {
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges?: readonly (readonly [string, string])[] };
}

function read(name: string): FileJson {
  return JSON.parse(readFileSync(new URL(`./data/${name}.json`, import.meta.url), "utf8")) as FileJson;
}

const wordPiece = read("word-piece-uncased");
const bytePairs = read("byte-pairs");
const without = (vocab: Readonly<Record<string, number>>, name: string) =>
  Object.fromEntries(Object.entries(vocab).filter(([token]) => token !== name));

for (const [what, json, text] of [
  ["nothing", null, /its model is "none"/],
  ["another family", { model: { type: "Unigram" } }, /its model is "Unigram"/],
  ["another normalizer", { ...wordPiece, normalizer: { type: "NFKC" } }, /normalizer\.type is not read/],
  ["another pre-tokenizer", { ...wordPiece, pre_tokenizer: { type: "Whitespace" } }, /pre_tokenizer\.type is not read/],
  ["dropout", { ...bytePairs, model: { ...bytePairs.model, dropout: 0.1 } }, /model\.dropout is not read/],
  ["byte fallback", { ...bytePairs, model: { ...bytePairs.model, byte_fallback: true } }, /model\.byte_fallback is not read/],
  ["a normalizer before bytes", { ...bytePairs, normalizer: { type: "NFC" } }, /normalizer is not read/],
  ["a vocabulary of texts", { ...wordPiece, model: { ...wordPiece.model, vocab: { a: "1" } } }, /model\.vocab\.a is not read/],
] as const) {
  test(`a tokenizer.json with ${what} is refused, naming it`, () => {
    assert.throws(() => createTokenizer(json), { code: "UNIMPLEMENTED", message: text });
  });
}

test("a vocabulary that lacks what every text may need is refused", () => {
  const noUnknown = { ...wordPiece, model: { ...wordPiece.model, vocab: without(wordPiece.model.vocab, "[UNK]") } };
  assert.throws(() => createTokenizer(noUnknown), { code: "INVALID_ARGUMENT", message: /unk_token "\[UNK\]" is not in the vocabulary/ });
  const noByte = { ...bytePairs, model: { ...bytePairs.model, vocab: without(bytePairs.model.vocab, "Ġ") } };
  assert.throws(() => createTokenizer(noByte), { code: "INVALID_ARGUMENT", message: /byte "32" is not in the vocabulary/ });
});

test("a text beyond all documents is refused, a lone surrogate is not", () => {
  const tokenizer = createTokenizer(wordPiece);
  assert.throws(() => tokenizer.encode("a".repeat(4_000_001)), { code: "INVALID_ARGUMENT" });
  assert.deepEqual(tokenizer.encode("a\ud800b"), tokenizer.encode("a\ufffdb"));
});

test("merges may be written as older libraries do", () => {
  const merges = bytePairs.model.merges?.map((pair) => pair.join(" "));
  const older = createTokenizer({ ...bytePairs, model: { ...bytePairs.model, merges } });
  const text = "prior authorization was denied";
  assert.deepEqual(older.encode(text), createTokenizer(bytePairs).encode(text));
});

test("tokens know their word and their place in it", () => {
  const tokenizer = createTokenizer(wordPiece);
  const words = ["Pembrolizumab", "", "$1,234.50", "naïve"];
  const { ids, starts, ends, words: owners } = tokenizer.encodeWords(words);
  const pieces = [...ids].map((_, index) => (words[owners[index] ?? -1] ?? "").slice(starts[index], ends[index]));
  for (const [word, text] of words.entries()) {
    assert.equal(pieces.filter((_, index) => owners[index] === word).join(""), text);
  }
  assert.ok(!owners.includes(1));
});

test("special tokens stand around every window and belong to no word", () => {
  const tokenizer = createTokenizer(wordPiece);
  const [cls, sep] = [tokenizer.idOf("[CLS]"), tokenizer.idOf("[SEP]")];
  for (const window of tokenizer.windows(tokenizer.encode("the claim was paid to the provider"), { maxLength: 5, stride: 1 })) {
    assert.deepEqual([window.ids[0], window.ids.at(-1)], [cls, sep]);
    assert.deepEqual([window.words[0], window.words.at(-1)], [-1, -1]);
  }
  assert.equal(tokenizer.idOf("no such token"), undefined);
});

for (const [name, json] of [
  ["WordPiece", wordPiece],
  ["BPE", bytePairs],
] as const) {
  const tokenizer = createTokenizer(json);
  test(`${name}: every id is in the vocabulary, every place is in the text, words never go back`, () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const { ids, starts, ends, words } = tokenizer.encode(text);
        for (const [index, id] of ids.entries()) {
          assert.ok(id >= 0 && id < tokenizer.size);
          assert.ok(0 <= (starts[index] ?? -1) && (starts[index] ?? -1) <= (ends[index] ?? -1) && (ends[index] ?? -1) <= text.length);
          assert.ok((words[index] ?? -1) >= (words[index - 1] ?? 0));
        }
      }),
    );
  });

  test(`${name}: a word of 100,000 letters is no attack`, () => {
    const { ids } = tokenizer.encode("ab".repeat(50_000));
    assert.ok(ids.length > 0);
  });
}
