/** A tokenized text. All arrays have one element per token. */
export interface Tokens {
  readonly ids: Int32Array;
  /** First UTF-16 unit of the token's source: in the text, or in its word where words were given. */
  readonly starts: Int32Array;
  /** Behind the last unit of the token's source. */
  readonly ends: Int32Array;
  /** Which word the token belongs to; -1 for special tokens around the text. */
  readonly words: Int32Array;
}

/** Collects tokens of one text. */
export class TokenList {
  readonly #ids: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #words: number[] = [];
  #word = -1;
  #given = false;

  get length(): number {
    return this.#ids.length;
  }

  /** From here on all tokens belong to this word of the caller, whatever words are found in it. */
  giveWord(word: number): void {
    this.#word = word;
    this.#given = true;
  }

  /** The next tokens belong to the next word of the text. */
  beginWord(): void {
    if (!this.#given) this.#word += 1;
  }

  add(id: number, start: number, end: number): void {
    this.#ids.push(id);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#words.push(this.#word);
  }

  finish(): Tokens {
    return {
      ids: Int32Array.from(this.#ids),
      starts: Int32Array.from(this.#starts),
      ends: Int32Array.from(this.#ends),
      words: Int32Array.from(this.#words),
    };
  }
}
