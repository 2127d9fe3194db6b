import { PayerHubError } from "./error.ts";

/** Joins a signal with a deadline: one signal per unit of work, down to the last I/O call. */
export function withDeadline(signal: AbortSignal, deadlineMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
}

/** A deadline that starts anew with every sign of progress. */
export interface ProgressDeadline {
  /** Aborts with a TimeoutError when nothing moved for the whole deadline, and with the outer signal. */
  readonly signal: AbortSignal;
  readonly progress: () => void;
  /** Frees the timer; call it when the work has ended. */
  readonly end: () => void;
}

/** Joins a signal with a deadline on the time between two signs of progress, for work whose length its input decides. */
export function withProgressDeadline(signal: AbortSignal, deadlineMs: number): ProgressDeadline {
  const idle = new AbortController();
  const late = () => idle.abort(new DOMException(`no progress for ${deadlineMs} ms`, "TimeoutError"));
  const timer = setTimeout(late, deadlineMs);
  return { signal: AbortSignal.any([signal, idle.signal]), progress: () => void timer.refresh(), end: () => clearTimeout(timer) };
}

/**
 * The bridge for clients that know no AbortSignal: rejects as soon as the signal aborts. The underlying call goes on and
 * its result is dropped, so `promise` must be harmless when it completes late.
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal, attempted: string): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    throw abortError(signal, attempted);
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortError(signal, attempted));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    aborted.catch(() => {});
    promise.catch(() => {});
  }
}

/** DEADLINE_EXCEEDED when a deadline fired, CANCELLED otherwise; a coded reason passes unchanged. */
export function abortError(signal: AbortSignal, attempted: string): PayerHubError {
  const reason: unknown = signal.reason;
  if (reason instanceof PayerHubError) return reason;
  const timedOut = reason instanceof Error && reason.name === "TimeoutError";
  return timedOut
    ? new PayerHubError("DEADLINE_EXCEEDED", `${attempted}: the deadline passed before it completed`)
    : new PayerHubError("CANCELLED", `${attempted}: the caller went away before it completed`);
}
