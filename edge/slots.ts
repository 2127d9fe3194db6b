import { PayerHubError } from "../runtime/error.ts";
import { abortError } from "../runtime/signals.ts";

/** A bounded number of things at a time. */
export interface Slots {
  /** Takes a slot now and returns what gives it back, or undefined when all are taken. */
  tryTake(): Disposable | undefined;
  /** Waits for a slot in order of asking. Rejects with the signal's reason; RESOURCE_EXHAUSTED when too many wait. */
  take(signal: AbortSignal): Promise<Disposable>;
  readonly taken: number;
}

interface Waiter {
  grant(slot: Disposable): void;
}

/** `maxWaiting` bounds the queue before the slots; default: nobody waits. */
export function createSlots(max: number, maxWaiting = 0): Slots {
  const waiting = new Set<Waiter>();
  let taken = 0;
  const slot = (): Disposable => {
    let given = false;
    return {
      [Symbol.dispose]: () => {
        if (given) return;
        given = true;
        const [next] = waiting;
        if (next === undefined) {
          taken -= 1;
          return;
        }
        waiting.delete(next);
        next.grant(slot());
      },
    };
  };
  const tryTake = (): Disposable | undefined => {
    if (taken >= max) return undefined;
    taken += 1;
    return slot();
  };
  const wait = async (signal: AbortSignal): Promise<Disposable> => {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const waiter: Waiter = { grant: resolve };
    const onAbort = () => {
      waiting.delete(waiter);
      reject(abortError(signal, "waiting for a free slot"));
    };
    waiting.add(waiter);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };
  return {
    tryTake,
    take: async (signal) => {
      if (signal.aborted) throw abortError(signal, "waiting for a free slot");
      const free = tryTake();
      if (free !== undefined) return free;
      if (waiting.size >= maxWaiting) {
        throw new PayerHubError("RESOURCE_EXHAUSTED", `waiting for a free slot: "${waiting.size}" wait already, fewer must`);
      }
      return await wait(signal);
    },
    get taken() {
      return taken;
    },
  };
}
