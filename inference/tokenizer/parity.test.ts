import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fuzzLines } from "./fuzz-lines.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";
import type { Tokens } from "./tokens.ts";
import type { WindowOptions } from "./windows.ts";

interface Parity {
  readonly seed: number;
  readonly lines: number;
  readonly linesPerDigest: number;
  readonly window: { readonly max_length: number; readonly stride: number };
  /** By case: the first 16 digits of the SHA-256 of each block of lines, as record.py found them with Python's library. */
  readonly digests: Readonly<Record<string, readonly string[]>>;
}

const parity: Parity = read("parity");
const WINDOW: WindowOptions = { maxLength: parity.window.max_length, stride: parity.window.stride };
/** Longer than any line: everything in one window. */
const WHOLE: WindowOptions = { maxLength: 1_000_000, stride: 0 };

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./data/${name}.json`, import.meta.url), "utf8")) as T;
}

/** The cases of record.py. */
const CASES: Readonly<Record<string, () => unknown>> = {
  "word-piece-uncased": () => read("word-piece-uncased"),
  "word-piece-cased": () => read("word-piece-cased"),
  "byte-pairs": () => read("byte-pairs"),
  "byte-pairs-without-prefix": () => ({
    ...read<object>("byte-pairs"),
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
  }),
};

function arrays({ ids, starts, ends, words }: Tokens): readonly Int32Array[] {
  return [ids, starts, ends, words];
}

/** Ids, offsets and words of the text and of its words, and of the windows: the same as tell_line of record.py. */
function told(tokenizer: Tokenizer, line: string): string {
  const whole = tokenizer.windows(tokenizer.encode(line), WHOLE).flatMap(arrays);
  const words = tokenizer.encodeWords(line.split(" "));
  const windows = tokenizer.windows(words, WINDOW).flatMap((window) => [window.ids, window.words]);
  return [...whole, ...tokenizer.windows(words, WHOLE).flatMap(arrays), ...windows].map((values) => values.join(",")).join("|");
}

const lines = fuzzLines(parity.seed, parity.lines);

for (const [name, digests] of Object.entries(parity.digests)) {
  test(`${name}: ids, offsets, words and windows of ${parity.lines} lines are those of Python`, () => {
    const json = CASES[name]?.();
    const tokenizer = createTokenizer(json);
    const found = digests.map((_, block) => {
      const part = lines.slice(block * parity.linesPerDigest, (block + 1) * parity.linesPerDigest);
      const text = part.map((line) => told(tokenizer, line)).join("\n");
      return createHash("sha256").update(text).digest("hex").slice(0, 16);
    });
    assert.deepEqual(found, digests);
    assert.equal(digests.length * parity.linesPerDigest, parity.lines);
  });
}
