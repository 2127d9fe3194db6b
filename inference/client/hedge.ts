import type { World } from "../../runtime/world.ts";

/** One try of a call; its signal aborts when another try was faster. */
export type Try<T> = (signal: AbortSignal) => Promise<T>;

export interface HedgeOptions<T> {
  /** How long the first try may take before a second begins, in milliseconds. */
  readonly afterMs: number;
  /** Gives the second try, or undefined when there must be none. */
  readonly second: () => Try<T> | undefined;
  readonly world: World;
  readonly signal: AbortSignal;
}

/**
 * The first success of two tries, of which the second begins late and only while the first is under way; the other one is
 * aborted. When both fail, the first one's error.
 */
export async function hedge<T>(first: Try<T>, options: HedgeOptions<T>): Promise<T> {
  const { world, signal } = options;
  const [firstEnd, secondEnd, timerEnd] = [new AbortController(), new AbortController(), new AbortController()];
  const begun = first(AbortSignal.any([signal, firstEnd.signal]));
  const late = world.sleep(options.afterMs, AbortSignal.any([signal, timerEnd.signal])).then(
    () => true,
    () => false,
  );
  try {
    const settled = begun.then(
      () => false,
      () => false,
    );
    if (!(await Promise.race([settled, late]))) return await begun;
    const second = options.second();
    if (second === undefined) return await begun;
    return await Promise.any([begun, second(AbortSignal.any([signal, secondEnd.signal]))]).catch(async () => await begun);
  } finally {
    for (const end of [firstEnd, secondEnd, timerEnd]) end.abort();
  }
}
