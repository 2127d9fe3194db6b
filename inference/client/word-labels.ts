/** What a token classifier says of words. */
export interface WordLabels {
  /** What words may be; the first, `O`, is nothing. */
  readonly kinds: readonly string[];
  /** Words × kinds: probability of each kind, begin and inside together; a row adds up to 1. */
  readonly probabilities: Float32Array;
  /** By word: 1 where it rather begins its likeliest kind than goes on with it. */
  readonly begins: Uint8Array;
}

/** One window's answer: the word of each token, -1 for special ones, and tokens × labels. */
interface WindowLogits {
  readonly words: Int32Array;
  readonly logits: Float32Array;
}

interface Labels {
  readonly words: number;
  /** `O`, `B-kind`, `I-kind`, as the logits have them. */
  readonly labels: readonly string[];
}

/**
 * The first token of a word speaks for it, in the window where it stands furthest from an edge, because there the model sees
 * most around it. A word without tokens is nothing.
 */
export function mergeWindows(windows: readonly WindowLogits[], { words, labels }: Labels): WordLabels {
  const kinds = [...new Set(labels.map(kindOf))];
  const columns = labels.map((label) => kinds.indexOf(kindOf(label)));
  const probabilities = new Float32Array(words * kinds.length);
  const begins = new Uint8Array(words);
  for (let word = 0; word < words; word += 1) probabilities[word * kinds.length] = 1;
  const room = new Int32Array(words).fill(-1);
  for (const window of windows) {
    for (const [token, word] of window.words.entries()) {
      const isFirst = word >= 0 && window.words[token - 1] !== word;
      const inside = Math.min(token, window.words.length - 1 - token);
      if (!isFirst || inside <= (room[word] ?? 0)) continue;
      room[word] = inside;
      const row = probabilities.subarray(word * kinds.length, (word + 1) * kinds.length);
      const shares = softmax(window.logits.subarray(token * labels.length, (token + 1) * labels.length));
      row.fill(0);
      for (const [label, share] of shares.entries()) row[columns[label] ?? 0] = (row[columns[label] ?? 0] ?? 0) + share;
      begins[word] = beginsKind(kinds[likeliest(row)] ?? "O", labels, shares) ? 1 : 0;
    }
  }
  return { kinds, probabilities, begins };
}

/** Place of the largest value. */
export function likeliest(values: Float32Array): number {
  return values.reduce((best, value, at) => (value > (values[best] ?? 0) ? at : best), 0);
}

function kindOf(label: string): string {
  return label === "O" ? label : label.slice(2);
}

function beginsKind(kind: string, labels: readonly string[], shares: Float32Array): boolean {
  return (shares[labels.indexOf(`B-${kind}`)] ?? 0) >= (shares[labels.indexOf(`I-${kind}`)] ?? 0);
}

function softmax(logits: Float32Array): Float32Array {
  const highest = logits.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const powers = logits.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
