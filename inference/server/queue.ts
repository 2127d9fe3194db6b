import { PayerHubError } from "../../runtime/error.ts";
import { abortError } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import type { Tensor } from "../tensor.ts";
import { canJoin, joinInputs, splitOutputs } from "./batch.ts";
import type { ModelConfig } from "./model-config.ts";
import { createLevel } from "./queue-level.ts";
import type { QueueItem, QueueLevel } from "./queue-level.ts";
import type { Session } from "./session.ts";
import type { StatisticsRecorder } from "./statistics.ts";
import type { CheckedRequest } from "./validate.ts";

/** Tensor bytes that may wait for one model: a count alone would let large tensors fill the memory. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;

/**
 * Requests are joined up to this, in bytes: a run on a processor takes as long a row in a batch as alone, so that joining large
 * tensors only copies them, and holds up the first until the last is there.
 */
const MAX_JOINED_BYTES = 1024 * 1024;

/**
 * A session has so much work ahead, in milliseconds, beside the run that is under way: the way through this thread and back,
 * which under overload is busy with refusals, would take a good part of a short run's time. Longer runs wait in the queue.
 */
const AHEAD_MS = 5;
/** Runs ahead at most: where they are so short that more fit, the thread's own messages take longer. */
const MAX_AHEAD = 8;
/** Share of the newest run in the running mean. */
const RUN_MEAN_SHARE = 0.2;

/** The bounded queue before a model's sessions. */
export interface ModelQueue {
  /**
   * UNAVAILABLE with Triton's texts when the queue is full or the request waited past its time; CANCELLED when the signal
   * aborts while it waits. A request that is being computed is not stopped; its result is dropped.
   */
  submit(request: CheckedRequest, signal: AbortSignal): Promise<readonly Tensor[]>;
  /** Requests waiting, without those being computed. */
  readonly waiting: number;
  /** Refuses new requests and resolves when the accepted ones have ended. */
  drain(): Promise<void>;
}

export interface QueueParts {
  readonly config: ModelConfig;
  readonly sessions: readonly Session[];
  readonly statistics: StatisticsRecorder;
  readonly world: World;
}

export function createModelQueue(parts: QueueParts): ModelQueue {
  return new BoundedQueue(parts);
}

class BoundedQueue implements ModelQueue {
  readonly #parts: QueueParts;
  readonly #levels: readonly QueueLevel[];
  readonly #idle: Session[];
  /** Runs that each busy session was given and has not ended. */
  readonly #busy = new Map<Session, number>();
  #meanRunMs: number | undefined;
  readonly #lifetime = new AbortController();
  /** One for all: under overload it is most of what is answered, and the trace of an error costs more than the rest. */
  readonly #full: PayerHubError;
  #queuedBytes = 0;
  #queuedRows = 0;
  #delaying = false;
  /** Where answers keep the order of their requests: when all that began so far are answered. */
  #answered: Promise<void> = Promise.resolve();
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#levels = parts.config.queues.map(createLevel);
    this.#idle = [...parts.sessions];
    this.#full = new PayerHubError("UNAVAILABLE", `queueing a request for model "${parts.config.name}": Exceeds maximum queue size`);
  }

  get waiting(): number {
    return this.#levels.reduce((sum, level) => sum + level.size, 0);
  }

  async submit(request: CheckedRequest, signal: AbortSignal): Promise<readonly Tensor[]> {
    const { config, statistics, world } = this.#parts;
    const attempted = `queueing a request for model "${config.name}"`;
    const queuedMs = world.monotonicMs();
    if (signal.aborted) throw abortError(signal, attempted);
    // As in Triton: what never entered the queue is no failure of the model's statistics.
    const level = this.#admit(request, attempted);
    try {
      return await this.#wait(level, request, { signal, attempted, queuedMs });
    } catch (error) {
      statistics.failed((world.monotonicMs() - queuedMs) * 1e6, reasonOf(error));
      throw error;
    }
  }

  async drain(): Promise<void> {
    this.#drained ??= Promise.withResolvers<void>();
    this.#dispatch();
    await this.#drained.promise;
    this.#lifetime.abort();
  }

  #admit(request: CheckedRequest, attempted: string): QueueLevel {
    if (this.#drained !== undefined) throw new PayerHubError("UNAVAILABLE", `${attempted}: the model is being unloaded, it must be ready`);
    // As in Triton: a level that is not there is the default one.
    const level = this.#levels[request.priority - 1] ?? this.#levels[this.#parts.config.defaultLevel];
    if (level === undefined || level.full || this.#queuedBytes + request.bytes > MAX_QUEUED_BYTES) {
      this.#parts.statistics.refused();
      throw this.#full;
    }
    return level;
  }

  async #wait(
    level: QueueLevel,
    request: CheckedRequest,
    call: { readonly signal: AbortSignal; readonly attempted: string; readonly queuedMs: number },
  ): Promise<readonly Tensor[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Tensor[]>();
    const timeoutMs = level.timeoutMs(request.timeoutMs);
    const expiresMs = timeoutMs > 0 ? call.queuedMs + timeoutMs : Number.POSITIVE_INFINITY;
    const item: QueueItem = { request, queuedMs: call.queuedMs, expiresMs, resolve, reject };
    level.push(item);
    this.#count(item, 1);
    const onAbort = () => {
      if (!level.remove(item)) return;
      this.#count(item, -1);
      reject(abortError(call.signal, call.attempted));
      this.#dispatch();
    };
    call.signal.addEventListener("abort", onAbort, { once: true });
    this.#dispatch();
    try {
      return await promise;
    } finally {
      call.signal.removeEventListener("abort", onAbort);
    }
  }

  #count({ request }: QueueItem, sign: 1 | -1): void {
    this.#queuedBytes += sign * request.bytes;
    this.#queuedRows += sign * request.rows;
  }

  #dispatch(): void {
    for (;;) {
      this.#rejectExpired();
      if (this.#queuedRows === 0) break;
      const session = this.#idle.length > 0 ? this.#takeIdle() : this.#takeAhead();
      if (session === undefined) break;
      void this.#execute(session, this.#takeBatch());
    }
    if (this.#queuedRows === 0 && this.#busy.size === 0) this.#drained?.resolve();
  }

  #takeIdle(): Session | undefined {
    return this.#mayWaitForMore() ? undefined : this.#idle.shift();
  }

  /** A busy session for a batch that gains nothing by waiting: none can join it any more. */
  #takeAhead(): Session | undefined {
    const { config } = this.#parts;
    if (this.#meanRunMs === undefined || (config.batching !== undefined && this.#queuedRows < config.maxBatchSize)) return undefined;
    let [least, fewest] = [undefined as Session | undefined, 1 + Math.min(MAX_AHEAD, Math.floor(AHEAD_MS / this.#meanRunMs))];
    for (const [session, runs] of this.#busy) if (runs < fewest) [least, fewest] = [session, runs];
    return least;
  }

  #rejectExpired(): void {
    const now = this.#parts.world.monotonicMs();
    for (const level of this.#levels) {
      for (const item of level.takeExpired(now)) {
        this.#count(item, -1);
        item.reject(new PayerHubError("UNAVAILABLE", `queueing a request for model "${this.#parts.config.name}": Request timeout expired`));
      }
    }
  }

  #next(): QueueItem | undefined {
    for (const level of this.#levels) {
      const item = level.first;
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /** True while a batch that is not full may wait for further requests; arms the timer that ends the wait. */
  #mayWaitForMore(): boolean {
    const { config, world } = this.#parts;
    const oldest = this.#next();
    if (config.batching === undefined || oldest === undefined || this.#drained !== undefined) return false;
    const { maxDelayMs, preferred } = config.batching;
    const waitMs = oldest.queuedMs + maxDelayMs - world.monotonicMs();
    if (waitMs <= 0 || this.#queuedRows >= config.maxBatchSize || preferred.includes(this.#queuedRows)) return false;
    if (this.#delaying) return true;
    this.#delaying = true;
    const wake = () => {
      this.#delaying = false;
      this.#dispatch();
    };
    world.sleep(waitMs, this.#lifetime.signal).then(wake, () => {});
    return true;
  }

  /** The first request and, when the model batches, those behind it in order, up to the first that does not fit. */
  #takeBatch(): readonly QueueItem[] {
    const { config } = this.#parts;
    const batch: QueueItem[] = [];
    let [rows, bytes] = [0, 0];
    for (const level of this.#levels) {
      for (let next = level.first; next !== undefined; next = level.first) {
        const [first] = batch;
        const joins =
          config.batching !== undefined &&
          rows + next.request.rows <= config.maxBatchSize &&
          bytes + next.request.bytes <= MAX_JOINED_BYTES;
        if (first !== undefined && !(joins && canJoin(first.request, next.request))) return batch;
        rows += next.request.rows;
        bytes += next.request.bytes;
        batch.push(next);
        level.shift();
        this.#count(next, -1);
      }
    }
    return batch;
  }

  /** Takes the next place in the row of answers; gives a function that answers when it has come. */
  #queueAnswer(): (answer: () => void) => void {
    if (this.#parts.config.batching?.preserveOrdering !== true) return immediately;
    const earlier = this.#answered;
    const own = Promise.withResolvers<void>();
    this.#answered = own.promise;
    return (answer) => void earlier.then(answer).then(own.resolve);
  }

  async #execute(session: Session, batch: readonly QueueItem[]): Promise<void> {
    this.#busy.set(session, (this.#busy.get(session) ?? 0) + 1);
    const inTurn = this.#queueAnswer();
    const { tookMs, answer } = await runBatch(this.#parts, session, batch);
    inTurn(answer);
    if (tookMs !== undefined) this.#meanRunMs = (this.#meanRunMs ?? tookMs) * (1 - RUN_MEAN_SHARE) + tookMs * RUN_MEAN_SHARE;
    const left = (this.#busy.get(session) ?? 1) - 1;
    if (left > 0) this.#busy.set(session, left);
    else {
      this.#busy.delete(session);
      this.#idle.push(session);
    }
    this.#dispatch();
  }
}

function immediately(answer: () => void): void {
  answer();
}

function reasonOf(error: unknown): "rejected" | "canceled" | "backend" {
  if (error instanceof PayerHubError && error.code === "CANCELLED") return "canceled";
  return error instanceof PayerHubError && error.message.endsWith("Request timeout expired") ? "rejected" : "backend";
}

interface Ran {
  /** How long the model computed, in milliseconds; undefined when it failed. */
  readonly tookMs: number | undefined;
  /** Gives the requests their answers. */
  readonly answer: () => void;
}

async function runBatch(parts: QueueParts, session: Session, batch: readonly QueueItem[]): Promise<Ran> {
  const { world, statistics } = parts;
  const requests = batch.map((item) => item.request);
  const startedMs = world.monotonicMs();
  try {
    const { outputs, times } = await session.run(joinInputs(requests), { alone: requests.length === 1 });
    const own = splitOutputs(outputs, requests);
    const endedMs = world.monotonicMs();
    statistics.executed({
      rows: requests.reduce((sum, request) => sum + request.rows, 0),
      times,
      requests: batch.map((item) => ({ queueNs: (startedMs - item.queuedMs) * 1e6, totalNs: (endedMs - item.queuedMs) * 1e6 })),
      atMs: world.now(),
    });
    const answer = () => {
      for (const [index, item] of batch.entries()) item.resolve(own[index] ?? []);
    };
    return { tookMs: (times.inputNs + times.inferNs + times.outputNs) / 1e6, answer };
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: `running model "${parts.config.name}"` });
    const answer = () => {
      for (const item of batch) item.reject(error);
    };
    return { tookMs: undefined, answer };
  }
}
