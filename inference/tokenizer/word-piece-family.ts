import { PayerHubError } from "../../runtime/error.ts";
import { createBertNormalizer } from "./bert-normalizer.ts";
import { splitBertWords } from "./bert-words.ts";
import type { Family } from "./family.ts";
import { sourceEnd, sourceStart } from "./source-text.ts";
import type { WordPieceFile } from "./tokenizer-file.ts";
import { remember } from "./word-model.ts";
import { createWordPiece } from "./word-piece.ts";

/** BERT's: normalized text, words between white space and punctuation, longest pieces first. INVALID_ARGUMENT without an unknown token. */
export function wordPieceFamily({ model, normalizer }: WordPieceFile, classes: Uint8Array): Family {
  const vocabulary = new Map(Object.entries(model.vocab));
  const unknownId = vocabulary.get(model.unk_token);
  if (unknownId === undefined) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading a tokenizer.json: unk_token "${model.unk_token}" is not in the vocabulary, it must be`,
    );
  }
  const { continuing_subword_prefix: continuation, max_input_chars_per_word: maxCharacters } = model;
  const piecesOf = remember(createWordPiece({ vocabulary, unknownId, continuation, maxCharacters }));
  const normalize =
    normalizer === null
      ? undefined
      : createBertNormalizer(
          {
            cleanText: normalizer.clean_text,
            handleIdeographs: normalizer.handle_chinese_chars,
            stripAccents: normalizer.strip_accents ?? normalizer.lowercase,
            lowercase: normalizer.lowercase,
          },
          classes,
        );
  return {
    normalize: (source) => normalize?.(source) ?? source,
    addToken: (list, id, { start, end }) => list.add(id, start, end),
    encode: (source, part, list) => {
      const text = source.text.slice(part.start, part.end);
      splitBertWords(text, classes, (start, end) => {
        list.beginWord();
        const { ids, starts, ends } = piecesOf(text.slice(start, end));
        const first = part.start + start;
        for (let index = 0; index < ids.length; index += 1) {
          const from = sourceStart(source, first + (starts[index] ?? 0));
          list.add(ids[index] ?? unknownId, from, sourceEnd(source, first + (ends[index] ?? 0) - 1));
        }
      });
    },
  };
}
