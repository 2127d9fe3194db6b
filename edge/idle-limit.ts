import { PayerHubError } from "../runtime/error.ts";
import { abortError } from "../runtime/signals.ts";

/** How long a source may stay silent. */
export interface IdleLimit {
  /** Longest wait for the next item, in milliseconds. */
  readonly idleMs: number;
  /** Ends the iteration with the signal's reason. */
  readonly signal: AbortSignal;
  /** What is being received, for the error text. */
  readonly attempted: string;
}

/**
 * Passes on the items of a source that must keep moving: throws DEADLINE_EXCEEDED when the next item takes longer than the
 * idle limit. The source is closed (`return`) without waiting for it, because a silent source would never answer.
 */
export async function* withIdleLimit<T>(source: AsyncIterable<T>, limit: IdleLimit): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let done = false;
  try {
    for (;;) {
      const step = await nextInTime(iterator, limit);
      if (step.done === true) {
        done = true;
        return;
      }
      yield step.value;
    }
  } finally {
    if (!done) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

async function nextInTime<T>(iterator: AsyncIterator<T>, limit: IdleLimit): Promise<IteratorResult<T>> {
  const { idleMs, signal, attempted } = limit;
  if (signal.aborted) throw abortError(signal, attempted);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortError(signal, attempted));
  const timer = setTimeout(() => {
    reject(new PayerHubError("DEADLINE_EXCEEDED", `${attempted}: nothing came for "${idleMs}" ms, data must keep coming`));
  }, idleMs);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([iterator.next(), promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
