import { PayerHubError } from "./error.ts";
import type { Logger } from "./log.ts";
import { abortable, withDeadline } from "./signals.ts";

/** Something that was started and can be stopped; `stop` drains first and resolves when nothing is left. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** Longest that one part may take to drain before the next one is stopped anyway, in milliseconds. */
const PART_DEADLINE_MS = 10_000;

/**
 * Start order and reverse drain in one place. Parts are added in the order in which they start; `stop` stops them in the
 * reverse order, each with a deadline, and runs once however often it is called. A part that fails to stop does not keep
 * the others running; the first failure is thrown at the end.
 */
export interface Lifetime extends Stoppable {
  add(name: string, part: Stoppable): void;
  /** Aborts when `stop` begins. */
  readonly signal: AbortSignal;
}

export function createLifetime(options: { readonly log: Logger; readonly partDeadlineMs?: number }): Lifetime {
  const parts: { readonly name: string; readonly part: Stoppable }[] = [];
  const controller = new AbortController();
  const deadlineMs = options.partDeadlineMs ?? PART_DEADLINE_MS;
  const stopAll = async (): Promise<void> => {
    controller.abort(new PayerHubError("CANCELLED", "running the process: it is stopping"));
    let first: PayerHubError | undefined;
    for (const { name, part } of parts.toReversed()) {
      try {
        await abortable(part.stop(), withDeadline(new AbortController().signal, deadlineMs), `stopping "${name}"`);
      } catch (caught) {
        const error = PayerHubError.from(caught, { attempted: `stopping "${name}"` });
        options.log.error("lifetime.stop_failed", { component: name, code: error.code });
        first ??= error;
      }
    }
    if (first !== undefined) throw first;
  };
  let stopping: Promise<void> | undefined;
  return {
    add: (name, part) => {
      if (stopping !== undefined) {
        throw new PayerHubError("FAILED_PRECONDITION", `adding "${name}" to the lifetime: it is stopping, it must be running`);
      }
      parts.push({ name, part });
    },
    stop: async () => {
      stopping ??= stopAll();
      await stopping;
    },
    signal: controller.signal,
  };
}
