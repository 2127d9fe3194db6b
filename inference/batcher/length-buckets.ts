import type { Entry } from "./entry.ts";

/** Lengths of one bucket differ by at most this factor, so that a batch out of one bucket is almost without padding. */
const BUCKET_RATIO = 1.09;

/** Waiting requests by length, each bucket in order of service. */
export class LengthBuckets<T> {
  /** Longest length of each bucket, ascending; the last is the longest that is taken at all. */
  readonly #bounds: readonly number[];
  readonly #buckets: Entry<T>[][];

  constructor(maxLength: number) {
    this.#bounds = boundsUpTo(maxLength);
    this.#buckets = this.#bounds.map(() => []);
  }

  /** Buckets from short to long; empty ones included. */
  get all(): readonly (readonly Entry<T>[])[] {
    return this.#buckets;
  }

  /** Which bucket a length of 0 to the longest belongs to. */
  positionOf(length: number): number {
    return lowest(this.#bounds.length - 1, (index) => (this.#bounds[index] ?? 0) >= length);
  }

  add(entry: Entry<T>): void {
    const bucket = this.#bucketOf(entry);
    const place = lowest(bucket.length, (index) => (bucket[index]?.startByMs ?? Number.POSITIVE_INFINITY) > entry.startByMs);
    bucket.splice(place, 0, entry);
  }

  /** False when the entry does not wait here. */
  remove(entry: Entry<T>): boolean {
    const bucket = this.#bucketOf(entry);
    const place = bucket.indexOf(entry);
    if (place >= 0) bucket.splice(place, 1);
    return place >= 0;
  }

  /** The entry that must start first; undefined when none waits. */
  first(): Entry<T> | undefined {
    let first: Entry<T> | undefined;
    for (const [head] of this.#buckets) {
      if (head !== undefined && (first === undefined || head.startByMs < first.startByMs)) first = head;
    }
    return first;
  }

  #bucketOf(entry: Entry<T>): Entry<T>[] {
    return this.#buckets[this.positionOf(entry.length)] ?? [];
  }
}

function boundsUpTo(maxLength: number): readonly number[] {
  const bounds: number[] = [];
  for (let bound = 1; bound < maxLength; bound = Math.max(bound + 1, Math.floor(bound * BUCKET_RATIO))) bounds.push(bound);
  return [...bounds, maxLength];
}

/** The smallest of 0..end for which the predicate holds, given that it holds from some point on; `end` when for none before. */
function lowest(end: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
