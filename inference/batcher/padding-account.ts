/** Real tokens after which both sums are halved: about a hundred batches, so that thrift of yesterday buys nothing today. */
const MEMORY_TOKENS = 200_000;
/** No batch may be padded beyond this, however thrifty the others were. */
const MAX_BATCH_PADDING = 2;

/**
 * Keeps padded ÷ real tokens at or below a bound over all batches together. One batch may exceed the bound when others stayed
 * below it: short rows cost few tokens, and joining them to longer ones saves a whole execution.
 */
export class PaddingAccount {
  readonly #maxPadding: number;
  #real = 0;
  #padded = 0;

  constructor(maxPadding: number) {
    this.#maxPadding = maxPadding;
  }

  allows(realTokens: number, paddedTokens: number): boolean {
    if (paddedTokens > Math.max(MAX_BATCH_PADDING, this.#maxPadding) * realTokens) return false;
    return this.#padded + paddedTokens <= this.#maxPadding * (this.#real + realTokens);
  }

  /** Books a batch. Halving both sums keeps their ratio, so the bound holds for the true totals, too. */
  book(realTokens: number, paddedTokens: number): void {
    const share = this.#real > MEMORY_TOKENS ? 0.5 : 1;
    this.#real = this.#real * share + realTokens;
    this.#padded = this.#padded * share + paddedTokens;
  }
}
