import type { CodeWord } from "./codes.ts";

/** Collects bits, most significant first, into bytes. */
export class BitWriter {
  #bytes: Uint8Array = new Uint8Array(65_536);
  #length = 0;
  #current = 0;
  #free = 8;

  write(word: CodeWord): void {
    let left = word.length;
    while (left > 0) {
      const take = Math.min(left, this.#free);
      const bits = (word.bits >>> (left - take)) & ((1 << take) - 1);
      this.#current |= bits << (this.#free - take);
      this.#free -= take;
      left -= take;
      if (this.#free === 0) this.#push();
    }
  }

  /** Fills the open byte with zeros. */
  align(): void {
    if (this.#free < 8) this.#push();
  }

  /** Bits written into the open byte, 0 to 7. */
  get openBits(): number {
    return 8 - this.#free;
  }

  finish(): Uint8Array {
    this.align();
    return this.#bytes.slice(0, this.#length);
  }

  #push(): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length] = this.#current;
    this.#length += 1;
    this.#current = 0;
    this.#free = 8;
  }
}
