interface Dated {
  readonly deadlineMs: number;
}

/** Open requests and their deadlines. Knows a time before which none comes, so that most looks cost nothing. */
export class Deadlines<E extends Dated> {
  readonly #open = new Set<E>();
  #earliestMs = Number.POSITIVE_INFINITY;

  /** None of the open requests has an earlier deadline; Infinity when none has any. */
  get earliestMs(): number {
    return this.#earliestMs;
  }

  add(entry: E): void {
    this.#open.add(entry);
    this.#earliestMs = Math.min(this.#earliestMs, entry.deadlineMs);
  }

  delete(entry: E): void {
    this.#open.delete(entry);
    if (this.#open.size === 0) this.#earliestMs = Number.POSITIVE_INFINITY;
  }

  /** Takes out the requests whose deadline has come. */
  expire(nowMs: number): readonly E[] {
    if (nowMs < this.#earliestMs) return [];
    const late = [...this.#open].filter((entry) => entry.deadlineMs <= nowMs);
    for (const entry of late) this.#open.delete(entry);
    this.#earliestMs = Number.POSITIVE_INFINITY;
    for (const { deadlineMs } of this.#open) this.#earliestMs = Math.min(this.#earliestMs, deadlineMs);
    return late;
  }
}
