import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

/** Clock, timers, randomness and ids as an argument, so that a simulator can own time and a seed can replay a run. */
export interface World {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds of a clock that never steps back. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Number in [0, 1). */
  random(): number;
  randomBytes(length: number): Uint8Array;
  /** RFC 9562 version 4 UUID. */
  uuid(): string;
}

/** The real clock and the system's randomness. */
export function systemWorld(): World {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: async (ms, signal) => {
      await delay(ms, undefined, { signal });
    },
    random: () => Math.random(),
    randomBytes: (length) => randomBytes(length),
    uuid: () => randomUUID(),
  };
}
