/** How one word is cut: ids, and for each the unit of the word behind its last. */
export interface WordTokens {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Cuts a word into tokens of the vocabulary. */
export type WordModel = (word: string) => WordTokens;

/** Words that are remembered; as many as Python's library remembers. Longer words are rare and cost memory. */
const MAX_WORDS = 10_000;
const MAX_WORD_UNITS = 64;

/** Remembers the latest words: text is mostly words that were seen before. Bounded: when full, it starts anew. */
export function remember(model: WordModel): WordModel {
  const known = new Map<string, WordTokens>();
  return (word) => {
    const seen = known.get(word);
    if (seen !== undefined) return seen;
    const tokens = model(word);
    if (word.length > MAX_WORD_UNITS) return tokens;
    if (known.size >= MAX_WORDS) known.clear();
    known.set(word, tokens);
    return tokens;
  };
}
