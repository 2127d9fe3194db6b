import { PayerHubError } from "../../runtime/error.ts";
import { byteCharacters, createBytePairs } from "./byte-pairs.ts";
import { splitByteWords } from "./byte-words.ts";
import type { Family, TokenPlace } from "./family.ts";
import { sourceStart } from "./source-text.ts";
import type { BytePairFile } from "./tokenizer-file.ts";
import type { TokenList } from "./tokens.ts";
import { remember } from "./word-model.ts";

const BLANK = 0x20;
const WHITE = /\p{White_Space}/gu;

/** RoBERTa's and LayoutLMv3's: bytes, words with the blank before them, pairs merged as learned. INVALID_ARGUMENT for a vocabulary without all bytes. */
export function bytePairFamily(file: BytePairFile, classes: Uint8Array): Family {
  const { model, pre_tokenizer: preTokenizer } = file;
  const vocabulary = new Map(Object.entries(model.vocab));
  const missing = byteCharacters().findIndex((character) => !vocabulary.has(character));
  if (missing >= 0) {
    throw new PayerHubError("INVALID_ARGUMENT", `reading a tokenizer.json: byte "${missing}" is not in the vocabulary, all 256 must be`);
  }
  const tokensOf = remember(createBytePairs({ vocabulary, merges: model.merges.map(pairOf) }));
  const trim = trimming(file);
  return {
    normalize: (source) => source,
    // Of a token by name, every white space is trimmed; in words, only the blank is written as one.
    addToken: (list, id, place) => addTrimmed(list, id, { ...place, text: place.text.replaceAll(WHITE, " "), blankUnits: 1 }, trim),
    encode: (source, part, list) => {
      const own = source.text.slice(part.start, part.end);
      const prefix = preTokenizer.add_prefix_space && !own.startsWith(" ") ? " " : "";
      const text = prefix + own;
      const base = sourceStart(source, part.start);
      const firstUnits = (own.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
      splitByteWords(text, classes, (start, end) => {
        list.beginWord();
        const word = text.slice(start, end);
        const { ids, starts, ends } = tokensOf(word);
        const before = base + start - prefix.length;
        for (let index = 0; index < ids.length; index += 1) {
          const [from, to] = [starts[index] ?? 0, ends[index] ?? 0];
          // The blank that was put before has the source of the first character.
          const place = { start: Math.max(base, before + from), end: Math.max(base + firstUnits, before + to) };
          const blankUnits = before + from < base ? firstUnits : 1;
          addTrimmed(list, ids[index] ?? 0, { ...place, text: word.slice(from, to), blankUnits }, trim);
        }
      });
    },
  };
}

function pairOf(merge: BytePairFile["model"]["merges"][number]): readonly [string, string] {
  if (typeof merge !== "string") return merge;
  const [left = "", right = ""] = merge.split(" ");
  return [left, right];
}

/** Whether blanks are left out of the source of a token, and whether the first one counts as put there by the tokenizer. */
interface Trimming {
  readonly blanks: boolean;
  readonly keepFirst: boolean;
}

function trimming({ post_processor: processor }: BytePairFile): Trimming {
  if (processor?.type !== "RobertaProcessing" && processor?.type !== "ByteLevel") return { blanks: false, keepFirst: false };
  return { blanks: processor.trim_offsets, keepFirst: processor.add_prefix_space };
}

interface BlankPlace extends TokenPlace {
  /** Units that a blank of the token takes in the original; a blank that was put there takes those of the first character. */
  readonly blankUnits: number;
}

/** As Python's library counts: the first token of a text keeps one blank, as if it had been put there. */
function addTrimmed(list: TokenList, id: number, place: BlankPlace, { blanks, keepFirst }: Trimming): void {
  const { text, blankUnits } = place;
  let { start, end } = place;
  if (blanks && (isBlank(text, 0) || isBlank(text, text.length - 1))) {
    let [leading, trailing] = [0, 0];
    while (isBlank(text, leading)) leading += 1;
    while (isBlank(text, text.length - trailing - 1)) trailing += 1;
    const kept = keepFirst && (list.length === 0 || start === 0) ? Math.min(1, leading) : 0;
    start = Math.min(start + (leading - kept) * blankUnits, end);
    if (end >= trailing * blankUnits) end = Math.max(end - trailing * blankUnits, start);
  }
  list.add(id, start, end);
}

function isBlank(text: string, index: number): boolean {
  return text.charCodeAt(index) === BLANK;
}
