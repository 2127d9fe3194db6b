import { type Code, PayerHubError } from "../../runtime/error.ts";
import { abortError } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import { type Arrival, type Batch, BatchQueue, type CloseReason } from "./batch-queue.ts";
import { Deadlines } from "./deadlines.ts";
import type { Entry, Extent, Priority } from "./entry.ts";
import type { BatchLimits } from "./limits.ts";
import { type RunOptions, runIsolated } from "./run-isolated.ts";

/** What a batcher batches: how large an input is, and how several run as one. */
export interface BatchModel<I, O> {
  /** For error texts. */
  readonly name: string;
  /** Rows, longest row and memory of an input; throws INVALID_ARGUMENT for an input that the model cannot take. */
  extentOf(input: I): Extent;
  /** One execution. Gives one output per input, in the inputs' order. */
  run(inputs: readonly I[], options: RunOptions): Promise<readonly O[]>;
}

export interface SubmitOptions {
  readonly signal: AbortSignal;
  /** From now, in milliseconds; waiting and running both count. Default: no limit while it waits. */
  readonly deadlineMs?: number;
  /** Default "normal". */
  readonly priority?: Priority;
}

/** One execution, for metrics. */
export interface ClosedBatch {
  readonly reason: CloseReason;
  readonly requests: number;
  readonly rows: number;
  readonly length: number;
  readonly realTokens: number;
  readonly paddedTokens: number;
  /** Longest wait of its requests. */
  readonly waitMs: number;
  readonly runMs: number;
}

/** Sends requests of many callers to a model as few full executions. */
export interface Batcher<I, O> {
  /**
   * Resolves to the output of exactly this input. Rejects with RESOURCE_EXHAUSTED when the queue is full, INVALID_ARGUMENT
   * for an input that could never run, DEADLINE_EXCEEDED, CANCELLED, else what the execution rejected with.
   */
  submit(input: I, options: SubmitOptions): Promise<O>;
  readonly waitingRows: number;
  /** Refuses new requests, runs those that wait, and resolves when all have ended: within `maxRunMs` for each execution left. */
  stop(): Promise<void>;
}

export interface BatcherParts<I, O> {
  readonly model: BatchModel<I, O>;
  readonly limits: BatchLimits;
  readonly world: World;
  /** Told of every execution that has ended. */
  readonly onBatch?: (batch: ClosedBatch) => void;
  /** Told of every request that was not taken. */
  readonly onRejected?: (code: Code) => void;
}

export function createBatcher<I, O>(parts: BatcherParts<I, O>): Batcher<I, O> {
  return new Runner(parts);
}

/** A request and whoever waits for it. */
interface Pending<I, O> {
  readonly input: I;
  readonly answer: PromiseWithResolvers<O>;
  /** Answered, by whatever came first: output, error, deadline, abort. */
  settled: boolean;
  /** Ends the execution when nobody waits for any of its outputs. */
  left: (() => void) | undefined;
}

class Runner<I, O> implements Batcher<I, O> {
  readonly #parts: BatcherParts<I, O>;
  readonly #queue: BatchQueue<Pending<I, O>>;
  readonly #unanswered = new Deadlines<Entry<Pending<I, O>>>();
  readonly #drained = Promise.withResolvers<void>();
  #alarm: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #turnEnds = false;
  #stopping = false;

  constructor(parts: BatcherParts<I, O>) {
    this.#parts = parts;
    this.#queue = new BatchQueue(parts.limits);
  }

  get waitingRows(): number {
    return this.#queue.waitingRows;
  }

  async submit(input: I, options: SubmitOptions): Promise<O> {
    const attempted = `batching a request for model "${this.#parts.model.name}"`;
    if (options.signal.aborted) throw abortError(options.signal, attempted);
    const nowMs = this.#parts.world.monotonicMs();
    const payload: Pending<I, O> = { input, answer: Promise.withResolvers<O>(), settled: false, left: undefined };
    const deadlineMs = nowMs + (options.deadlineMs ?? Number.POSITIVE_INFINITY);
    const entry = this.#take({ payload, priority: options.priority ?? "normal", deadlineMs }, nowMs);
    this.#unanswered.add(entry);
    this.#advanceThisTurn();
    const onAbort = () => this.#giveUp(entry, abortError(options.signal, attempted));
    options.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await payload.answer.promise;
    } finally {
      options.signal.removeEventListener("abort", onAbort);
    }
  }

  #take(request: Omit<Arrival<Pending<I, O>>, keyof Extent>, nowMs: number): Entry<Pending<I, O>> {
    try {
      return this.#queue.add({ ...this.#parts.model.extentOf(request.payload.input), ...request }, nowMs);
    } catch (error) {
      this.#parts.onRejected?.(error instanceof PayerHubError ? error.code : "UNKNOWN");
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#queue.drain();
    this.#advanceThisTurn();
    await this.#drained.promise;
  }

  /** At the end of the event loop's turn, so that requests that arrive together run together; that is no delay. */
  #advanceThisTurn(): void {
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    setImmediate(() => {
      this.#turnEnds = false;
      this.#advance();
    });
  }

  #advance(): void {
    const nowMs = this.#parts.world.monotonicMs();
    for (const entry of this.#unanswered.expire(nowMs)) this.#giveUp(entry, this.#late());
    for (let batch = this.#queue.close(nowMs); batch !== undefined; batch = this.#queue.close(nowMs)) void this.#run(batch);
    this.#setAlarm();
    if (!this.#stopping || this.#queue.waitingRows > 0 || this.#queue.running > 0) return;
    this.#alarm?.cancel();
    this.#drained.resolve();
  }

  #late(): PayerHubError {
    return new PayerHubError(
      "DEADLINE_EXCEEDED",
      `batching a request for model "${this.#parts.model.name}": its deadline passed before its answer came`,
    );
  }

  #giveUp(entry: Entry<Pending<I, O>>, error: PayerHubError): void {
    this.#settle(entry, () => entry.payload.answer.reject(error));
    this.#queue.remove(entry);
    entry.payload.left?.();
  }

  #settle(entry: Entry<Pending<I, O>>, answer: () => void): void {
    if (entry.payload.settled) return;
    entry.payload.settled = true;
    this.#unanswered.delete(entry);
    answer();
  }

  async #run(batch: Batch<Pending<I, O>>): Promise<void> {
    const { world, model, limits, onBatch } = this.#parts;
    const ended = new AbortController();
    const stopped = new AbortController();
    let callers = batch.entries.length;
    const left = () => {
      callers -= 1;
      if (callers === 0) stopped.abort();
    };
    for (const { payload } of batch.entries) payload.left = left;
    const latestMs = batch.entries.reduce((latest, entry) => Math.max(latest, entry.deadlineMs), 0);
    const deadlineMs = Math.min(limits.maxRunMs, latestMs - batch.closedMs);
    const timeOut = () => stopped.abort(new DOMException(`no answer for ${deadlineMs} ms`, "TimeoutError"));
    world.sleep(deadlineMs, ended.signal).then(timeOut, () => {});
    await runIsolated(model, batch.entries, {
      options: { length: batch.length, signal: stopped.signal, deadlineMs },
      inputOf: (entry) => entry.payload.input,
      isWanted: (entry) => !entry.payload.settled,
      succeed: (entry, output) => this.#settle(entry, () => entry.payload.answer.resolve(output)),
      fail: (entry, error) => this.#settle(entry, () => entry.payload.answer.reject(error)),
    });
    ended.abort();
    const endedMs = world.monotonicMs();
    this.#queue.ended(batch, endedMs);
    this.#advanceThisTurn();
    onBatch?.(closedBatch(batch, endedMs));
  }

  #setAlarm(): void {
    const { world } = this.#parts;
    const atMs = Math.min(this.#queue.wakeMs(), this.#unanswered.earliestMs);
    if (this.#alarm !== undefined && this.#alarm.atMs <= atMs) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (atMs === Number.POSITIVE_INFINITY) return;
    const cancel = new AbortController();
    const alarm = { atMs, cancel: () => cancel.abort() };
    this.#alarm = alarm;
    const ring = () => {
      if (this.#alarm === alarm) this.#alarm = undefined;
      this.#advance();
    };
    world.sleep(Math.max(0, atMs - world.monotonicMs()), cancel.signal).then(ring, () => {});
  }
}

function closedBatch<T>(batch: Batch<T>, endedMs: number): ClosedBatch {
  const { reason, rows, length, realTokens, entries } = batch;
  return {
    reason,
    requests: entries.length,
    rows,
    length,
    realTokens,
    paddedTokens: rows * length,
    waitMs: batch.closedMs - entries.reduce((earliest, { queuedMs }) => Math.min(earliest, queuedMs), batch.closedMs),
    runMs: endedMs - batch.closedMs,
  };
}
