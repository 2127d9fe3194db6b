import type { PayerHubError } from "../../runtime/error.ts";
import type { Tensor } from "../tensor.ts";
import type { QueuePolicy } from "./model-config.ts";
import type { CheckedRequest } from "./validate.ts";

/** One request that waits. */
export interface QueueItem {
  readonly request: CheckedRequest;
  readonly queuedMs: number;
  /** Infinity: none. */
  readonly expiresMs: number;
  readonly resolve: (outputs: readonly Tensor[]) => void;
  readonly reject: (error: PayerHubError) => void;
}

/** The requests of one priority, oldest first; behind them, where the policy delays, those that waited too long. */
export interface QueueLevel {
  readonly size: number;
  readonly full: boolean;
  readonly first: QueueItem | undefined;
  /** How long a request that names `askedMs` may wait, in milliseconds; 0 is forever. */
  timeoutMs(askedMs: number): number;
  push(item: QueueItem): void;
  shift(): void;
  /** False when it does not wait here any more. */
  remove(item: QueueItem): boolean;
  /** Takes out what waited too long and is to be refused; what is to be delayed goes behind the others. */
  takeExpired(nowMs: number): readonly QueueItem[];
}

export function createLevel(policy: QueuePolicy): QueueLevel {
  return new Level(policy);
}

class Level implements QueueLevel {
  readonly #policy: QueuePolicy;
  readonly #waiting: QueueItem[] = [];
  readonly #delayed: QueueItem[] = [];
  /** No item expires before, so that a look at every item is rare. */
  #earliestMs = Number.POSITIVE_INFINITY;

  constructor(policy: QueuePolicy) {
    this.#policy = policy;
  }

  get size(): number {
    return this.#waiting.length + this.#delayed.length;
  }

  get full(): boolean {
    return this.size >= this.#policy.maxSize;
  }

  get first(): QueueItem | undefined {
    return this.#waiting[0] ?? this.#delayed[0];
  }

  timeoutMs(askedMs: number): number {
    const { allowTimeoutOverride, defaultTimeoutMs } = this.#policy;
    return allowTimeoutOverride && askedMs > 0 && askedMs < defaultTimeoutMs ? askedMs : defaultTimeoutMs;
  }

  push(item: QueueItem): void {
    this.#waiting.push(item);
    this.#earliestMs = Math.min(this.#earliestMs, item.expiresMs);
  }

  shift(): void {
    if (this.#waiting.shift() === undefined) this.#delayed.shift();
  }

  remove(item: QueueItem): boolean {
    for (const list of [this.#waiting, this.#delayed]) {
      const index = list.indexOf(item);
      if (index < 0) continue;
      list.splice(index, 1);
      return true;
    }
    return false;
  }

  takeExpired(nowMs: number): readonly QueueItem[] {
    if (this.#earliestMs > nowMs) return [];
    const expired = this.#waiting.filter((item) => item.expiresMs <= nowMs);
    const kept = this.#waiting.filter((item) => item.expiresMs > nowMs);
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    this.#earliestMs = kept.reduce((earliest, item) => Math.min(earliest, item.expiresMs), Number.POSITIVE_INFINITY);
    if (this.#policy.rejectExpired) return expired;
    this.#delayed.push(...expired);
    return [];
  }
}
