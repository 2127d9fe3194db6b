import { PayerHubError } from "../../runtime/error.ts";
import { type Choice, chooseBatch, paddedLength } from "./choose-batch.ts";
import { type Entry, type Extent, PATIENCE_MS, type Priority } from "./entry.ts";
import { LengthBuckets } from "./length-buckets.ts";
import type { BatchLimits } from "./limits.ts";
import { PaddingAccount } from "./padding-account.ts";

/** Share of the newest execution time in the running mean. */
const RUN_MEAN_SHARE = 0.2;
/** A batch is closed this many mean execution times before its earliest deadline. */
const RESERVE_RUNS = 1.5;

/**
 * Why a batch stopped waiting for company: it holds all the rows or tokens that it may; nothing else was running, so waiting
 * would only have added delay; its first request had waited long enough; a deadline came near; the batcher is stopping.
 */
export type CloseReason = "rows" | "tokens" | "idle" | "delay" | "deadline" | "drain";

/** Requests that have left the queue together. */
export interface Batch<T> extends Choice<T> {
  readonly reason: CloseReason;
  readonly closedMs: number;
}

export interface Arrival<T> extends Extent {
  readonly payload: T;
  readonly priority: Priority;
  readonly deadlineMs: number;
}

/**
 * Decides which requests run together and when. A pure state machine: it reads no clock and starts nothing; every method takes
 * the present time in milliseconds of one monotonic clock. Rows and bytes that wait are bounded.
 */
export class BatchQueue<T> {
  readonly #limits: BatchLimits;
  readonly #waiting: LengthBuckets<T>;
  readonly #padding: PaddingAccount;
  readonly #running = new Set<Batch<T>>();
  #rows = 0;
  #bytes = 0;
  #meanRunMs = 0;
  #draining = false;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
    this.#waiting = new LengthBuckets(limits.maxLength);
    this.#padding = new PaddingAccount(limits.maxPadding);
  }

  get waitingRows(): number {
    return this.#rows;
  }

  get waitingBytes(): number {
    return this.#bytes;
  }

  get running(): number {
    return this.#running.size;
  }

  /**
   * Queues a request. Throws INVALID_ARGUMENT when it could never run, DEADLINE_EXCEEDED when it is late already,
   * RESOURCE_EXHAUSTED when the queue is full, UNAVAILABLE while draining.
   */
  add(arrival: Arrival<T>, nowMs: number): Entry<T> {
    this.#admit(arrival, nowMs);
    const { payload, rows, length, bytes, deadlineMs } = arrival;
    const startByMs = Math.min(nowMs + PATIENCE_MS[arrival.priority], deadlineMs - this.#reserveMs());
    const entry: Entry<T> = { payload, rows, length, bytes, queuedMs: nowMs, deadlineMs, startByMs };
    this.#waiting.add(entry);
    this.#rows += rows;
    this.#bytes += bytes;
    return entry;
  }

  /** Takes a request out again; false when it does not wait any more. */
  remove(entry: Entry<T>): boolean {
    if (!this.#waiting.remove(entry)) return false;
    this.#rows -= entry.rows;
    this.#bytes -= entry.bytes;
    return true;
  }

  /** Takes out the next batch when one may start now; `ended` must be called for it. Call until it gives undefined. */
  close(nowMs: number): Batch<T> | undefined {
    const first = this.#waiting.first();
    if (first === undefined || this.#running.size >= this.#limits.executions) return undefined;
    const choice = chooseBatch(first, this.#waiting, { limits: this.#limits, padding: this.#padding });
    const reason = this.#reasonFor(choice, first, nowMs);
    if (reason === undefined) return undefined;
    for (const entry of choice.entries) this.remove(entry);
    this.#padding.book(choice.realTokens, choice.rows * choice.length);
    const batch: Batch<T> = { ...choice, reason, closedMs: nowMs };
    this.#running.add(batch);
    return batch;
  }

  /** Frees the place of a batch; its time teaches how long before a deadline a batch must start. */
  ended(batch: Batch<T>, nowMs: number): void {
    if (!this.#running.delete(batch)) return;
    const runMs = nowMs - batch.closedMs;
    this.#meanRunMs = this.#meanRunMs === 0 ? runMs : this.#meanRunMs + RUN_MEAN_SHARE * (runMs - this.#meanRunMs);
  }

  /** When `close` will have something to do although nothing else happens; Infinity: never. */
  wakeMs(): number {
    const first = this.#waiting.first();
    if (first === undefined || this.#running.size >= this.#limits.executions) return Number.POSITIVE_INFINITY;
    return Math.min(first.queuedMs + this.#limits.maxDelayMs, first.deadlineMs - this.#reserveMs());
  }

  /** From now on nothing is taken and nothing waits for company. */
  drain(): void {
    this.#draining = true;
  }

  #reserveMs(): number {
    return RESERVE_RUNS * this.#meanRunMs;
  }

  #reasonFor(choice: Choice<T>, first: Entry<T>, nowMs: number): CloseReason | undefined {
    if (choice.limitedBy !== undefined) return choice.limitedBy;
    if (choice.rows >= this.#limits.maxRows) return "rows";
    if (this.#draining) return "drain";
    if (this.#running.size === 0) return "idle";
    if (nowMs >= first.deadlineMs - this.#reserveMs()) return "deadline";
    return nowMs >= first.queuedMs + this.#limits.maxDelayMs ? "delay" : undefined;
  }

  #admit(arrival: Arrival<T>, nowMs: number): void {
    const { maxRows, maxTokens, maxLength, maxQueuedRows, maxQueuedBytes } = this.#limits;
    const { rows, length, bytes, deadlineMs } = arrival;
    const attempted = `batching a request of ${rows} rows of length ${length}`;
    if (this.#draining) throw new PayerHubError("UNAVAILABLE", `${attempted}: the batcher is stopping, it must be running`);
    if (rows < 1 || rows > maxRows) throw new PayerHubError("INVALID_ARGUMENT", `${attempted}: it must have 1 to ${maxRows} rows`);
    if (length < 0 || length > maxLength) throw new PayerHubError("INVALID_ARGUMENT", `${attempted}: it must be 0 to ${maxLength} long`);
    const tokens = rows * paddedLength(length, this.#limits);
    if (tokens > maxTokens)
      throw new PayerHubError("INVALID_ARGUMENT", `${attempted}: it has ${tokens} tokens, at most ${maxTokens} may run`);
    if (deadlineMs <= nowMs) throw new PayerHubError("DEADLINE_EXCEEDED", `${attempted}: its deadline has passed, it must be ahead`);
    if (this.#rows + rows > maxQueuedRows || this.#bytes + bytes > maxQueuedBytes) {
      throw new PayerHubError(
        "RESOURCE_EXHAUSTED",
        `${attempted}: ${this.#rows} rows and ${this.#bytes} bytes wait, at most ${maxQueuedRows} and ${maxQueuedBytes} may`,
      );
    }
  }
}
