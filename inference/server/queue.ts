import { PayerHubError } from "../../runtime/error.ts";
import { abortError } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import type { Tensor } from "../tensor.ts";
import { canJoin, joinInputs, splitOutputs } from "./batch.ts";
import type { ModelConfig } from "./model-config.ts";
import type { Session } from "./session.ts";
import type { StatisticsRecorder } from "./statistics.ts";
import type { CheckedRequest } from "./validate.ts";

/** Tensor bytes that may wait for one model: a count alone would let large tensors fill the memory. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;

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

interface Item {
  readonly request: CheckedRequest;
  readonly queuedMs: number;
  /** Infinity: none. */
  readonly expiresMs: number;
  readonly resolve: (outputs: readonly Tensor[]) => void;
  readonly reject: (error: PayerHubError) => void;
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
  readonly #items: Item[] = [];
  readonly #idle: Session[];
  readonly #lifetime = new AbortController();
  #queuedBytes = 0;
  #delaying = false;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#idle = [...parts.sessions];
  }

  get waiting(): number {
    return this.#items.length;
  }

  async submit(request: CheckedRequest, signal: AbortSignal): Promise<readonly Tensor[]> {
    const { config, statistics, world } = this.#parts;
    const attempted = `queueing a request for model "${config.name}"`;
    const queuedMs = world.monotonicMs();
    try {
      if (signal.aborted) throw abortError(signal, attempted);
      this.#admit(request, attempted);
      return await this.#wait(request, { signal, attempted, queuedMs });
    } catch (error) {
      statistics.failed((world.monotonicMs() - queuedMs) * 1e6);
      throw error;
    }
  }

  async drain(): Promise<void> {
    this.#drained ??= Promise.withResolvers<void>();
    this.#dispatch();
    await this.#drained.promise;
    this.#lifetime.abort();
  }

  #admit(request: CheckedRequest, attempted: string): void {
    if (this.#drained !== undefined) throw new PayerHubError("UNAVAILABLE", `${attempted}: the model is being unloaded, it must be ready`);
    const full = this.#items.length >= this.#parts.config.queue.maxSize || this.#queuedBytes + request.bytes > MAX_QUEUED_BYTES;
    if (full) throw new PayerHubError("UNAVAILABLE", `${attempted}: Exceeds maximum queue size`);
  }

  async #wait(
    request: CheckedRequest,
    call: { readonly signal: AbortSignal; readonly attempted: string; readonly queuedMs: number },
  ): Promise<readonly Tensor[]> {
    const timeoutMs = queueTimeoutMs(this.#parts.config, request);
    const { promise, resolve, reject } = Promise.withResolvers<readonly Tensor[]>();
    const expiresMs = timeoutMs > 0 ? call.queuedMs + timeoutMs : Number.POSITIVE_INFINITY;
    const item: Item = { request, queuedMs: call.queuedMs, expiresMs, resolve, reject };
    this.#items.push(item);
    this.#queuedBytes += request.bytes;
    const onAbort = () => {
      const index = this.#items.indexOf(item);
      if (index < 0) return;
      this.#take(index);
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

  #take(index: number): Item | undefined {
    const [item] = this.#items.splice(index, 1);
    this.#queuedBytes -= item?.request.bytes ?? 0;
    return item;
  }

  #dispatch(): void {
    this.#rejectExpired();
    while (this.#items.length > 0 && !this.#mayWaitForMore()) {
      const session = this.#idle.shift();
      if (session === undefined) return;
      void this.#execute(session, this.#takeBatch());
    }
    if (this.#items.length === 0 && this.#idle.length === this.#parts.sessions.length) this.#drained?.resolve();
  }

  #rejectExpired(): void {
    const now = this.#parts.world.monotonicMs();
    for (let index = this.#items.length - 1; index >= 0; index -= 1) {
      const item = this.#items[index];
      if (item === undefined || item.expiresMs > now) continue;
      this.#take(index);
      item.reject(new PayerHubError("UNAVAILABLE", `queueing a request for model "${this.#parts.config.name}": Request timeout expired`));
    }
  }

  /** True while a batch that is not full may wait for further requests; arms the timer that ends the wait. */
  #mayWaitForMore(): boolean {
    const { config, world } = this.#parts;
    const [oldest] = this.#items;
    if (config.batching === undefined || oldest === undefined || this.#drained !== undefined) return false;
    const waitMs = oldest.queuedMs + config.batching.maxDelayMs - world.monotonicMs();
    const rows = this.#items.reduce((sum, item) => sum + item.request.rows, 0);
    if (waitMs <= 0 || rows >= config.maxBatchSize) return false;
    if (this.#delaying) return true;
    this.#delaying = true;
    const wake = () => {
      this.#delaying = false;
      this.#dispatch();
    };
    world.sleep(waitMs, this.#lifetime.signal).then(wake, () => {});
    return true;
  }

  /** The oldest request and, when the model batches, those behind it in order, up to the first that does not fit. */
  #takeBatch(): readonly Item[] {
    const { config } = this.#parts;
    const batch: Item[] = [];
    let rows = 0;
    for (let next = this.#items[0]; next !== undefined; next = this.#items[0]) {
      const [first] = batch;
      const joins = config.batching !== undefined && rows + next.request.rows <= config.maxBatchSize;
      if (first !== undefined && !(joins && canJoin(first.request, next.request))) break;
      rows += next.request.rows;
      batch.push(next);
      this.#take(0);
    }
    return batch;
  }

  async #execute(session: Session, batch: readonly Item[]): Promise<void> {
    await runBatch(this.#parts, session, batch);
    this.#idle.push(session);
    this.#dispatch();
  }
}

function queueTimeoutMs({ queue }: ModelConfig, request: CheckedRequest): number {
  if (!queue.rejectExpired) return 0;
  return queue.allowTimeoutOverride && request.timeoutMs > 0 ? request.timeoutMs : queue.defaultTimeoutMs;
}

async function runBatch(parts: QueueParts, session: Session, batch: readonly Item[]): Promise<void> {
  const { world, statistics } = parts;
  const requests = batch.map((item) => item.request);
  const startedMs = world.monotonicMs();
  try {
    const { outputs, times } = await session.run(joinInputs(requests));
    const own = splitOutputs(outputs, requests);
    const endedMs = world.monotonicMs();
    statistics.executed({
      rows: requests.reduce((sum, request) => sum + request.rows, 0),
      times,
      requests: batch.map((item) => ({ queueNs: (startedMs - item.queuedMs) * 1e6, totalNs: (endedMs - item.queuedMs) * 1e6 })),
      atMs: world.now(),
    });
    for (const [index, item] of batch.entries()) item.resolve(own[index] ?? []);
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: `running model "${parts.config.name}"` });
    for (const item of batch) item.reject(error);
  }
}
