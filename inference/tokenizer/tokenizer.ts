import { PayerHubError } from "../../runtime/error.ts";
import { createPartFinder } from "./added-tokens.ts";
import { bytePairFamily } from "./byte-pair-family.ts";
import { readCharacters } from "./characters.ts";
import type { Family } from "./family.ts";
import { framingOf } from "./framing.ts";
import { sourceEnd, sourceStart, unchanged } from "./source-text.ts";
import { isBytePairFile, parseTokenizerFile, type TokenizerFile } from "./tokenizer-file.ts";
import { TokenList, type Tokens } from "./tokens.ts";
import { type WindowOptions, windowsOf } from "./windows.ts";
import { wordPieceFamily } from "./word-piece-family.ts";

/** Longest text of one call, in UTF-16 units: more than any document; its tokens take about 50 bytes a unit. */
const MAX_UNITS = 4_000_000;

/** Cuts text into the ids that a model was trained on. Any number of texts may be given, one after the other. */
export interface Tokenizer {
  /** Ids are 0 up to this, added tokens included. */
  readonly size: number;
  /** Id of a token by its name, for example "[PAD]". */
  idOf(token: string): number | undefined;
  /** Text without special tokens around it; words are numbered as they come. Lone surrogates count as U+FFFD. */
  encode(text: string): Tokens;
  /** Text that is cut into words already, as that of a page: offsets count in each word, and words are the caller's. */
  encodeWords(words: readonly string[]): Tokens;
  /** What `encode` or `encodeWords` gave, between special tokens, in windows of bounded length. */
  windows(tokens: Tokens, options: WindowOptions): readonly Tokens[];
}

/**
 * From the content of a tokenizer.json, giving the ids of Python's `tokenizers`. UNIMPLEMENTED names a family or option that is
 * not read, INVALID_ARGUMENT what the vocabulary lacks.
 */
export function createTokenizer(json: unknown): Tokenizer {
  const file = parseTokenizerFile(json);
  const addTokens = createEncoder(file);
  const ids = new Map([...Object.entries(file.model.vocab), ...file.added_tokens.map(({ content, id }) => [content, id] as const)]);
  const framing = framingOf(file.post_processor);
  return {
    size: [...ids.values()].reduce((largest, id) => Math.max(largest, id), -1) + 1,
    idOf: (token) => ids.get(token),
    encode: (text) => {
      const list = new TokenList();
      addTokens(text, list);
      return list.finish();
    },
    encodeWords: (words) => {
      const list = new TokenList();
      for (const [index, word] of words.entries()) {
        list.giveWord(index);
        addTokens(word, list);
      }
      return list.finish();
    },
    windows: (tokens, options) => windowsOf(tokens, framing, options),
  };
}

/** Tokens that stand by their own name first, in the original and then in the normalized text; then the words between them. */
function createEncoder(file: TokenizerFile): (text: string, list: TokenList) => void {
  const classes = readCharacters();
  const family: Family = isBytePairFile(file) ? bytePairFamily(file, classes) : wordPieceFamily(file, classes);
  const inOriginal = createPartFinder(
    file.added_tokens.filter((token) => !token.normalized),
    classes,
  );
  const normalized = file.added_tokens.filter((token) => token.normalized);
  const inNormalized = createPartFinder(
    normalized.map((token) => ({ ...token, content: family.normalize(unchanged(token.content, 0, token.content.length)).text })),
    classes,
  );
  return (given, list) => {
    const text = admitted(given);
    for (const part of inOriginal(text)) {
      if (part.id !== undefined) {
        list.beginWord();
        family.addToken(list, part.id, { text: text.slice(part.start, part.end), start: part.start, end: part.end });
        continue;
      }
      const source = family.normalize(unchanged(text, part.start, part.end));
      for (const inner of inNormalized(source.text)) {
        if (inner.id === undefined) {
          family.encode(source, inner, list);
        } else {
          list.beginWord();
          const [start, end] = [sourceStart(source, inner.start), sourceEnd(source, inner.end - 1)];
          family.addToken(list, inner.id, { text: source.text.slice(inner.start, inner.end), start, end });
        }
      }
    }
  };
}

function admitted(text: string): string {
  if (text.length > MAX_UNITS) {
    throw new PayerHubError("INVALID_ARGUMENT", `tokenizing a text: it has ${text.length} units, it must have at most ${MAX_UNITS}`);
  }
  return text.toWellFormed();
}
