import { PayerHubError } from "./error.ts";
import { type SandboxProcess, type SandboxProcessOptions, type SandboxRunOptions, startSandboxProcess } from "./sandbox-process.ts";

export interface SandboxPoolOptions extends SandboxProcessOptions {
  /** Children at most; they start on demand. */
  readonly size: number;
  /** Callers that may wait for a child; more are refused with RESOURCE_EXHAUSTED. */
  readonly maxQueue: number;
}

/** A child held for several requests in a row, such as the pages of one document. */
export interface SandboxLease {
  /** As `SandboxPool.run`. */
  run(request: unknown, options: SandboxRunOptions): Promise<unknown>;
  /** Rises each time the lease got another child: state built in the old one is gone. */
  readonly generation: number;
  release(): void;
}

/**
 * A bounded pool of killable child processes for code that parses foreign bytes. A child that hangs, grows, traps or
 * dies costs the one request it was working on; the pool replaces it.
 */
export interface SandboxPool {
  /**
   * Runs one request in a free child. Throws DEADLINE_EXCEEDED (the child is killed), RESOURCE_EXHAUSTED (memory, CPU or a
   * full queue), CANCELLED (signal), INTERNAL (the child died), UNAVAILABLE (stopped), or the typed error of the handler.
   */
  run(request: unknown, options: SandboxRunOptions): Promise<unknown>;
  lease(signal: AbortSignal): Promise<SandboxLease>;
  /** Process ids of the living children. */
  pids(): readonly number[];
  /** Kills every child and refuses further work; resolves when all are gone. */
  stop(): Promise<void>;
}

interface Slot {
  process: SandboxProcess | undefined;
  generation: number;
}

interface Waiter {
  readonly give: (slot: Slot) => void;
  readonly refuse: (error: PayerHubError) => void;
}

export function createSandboxPool(options: SandboxPoolOptions): SandboxPool {
  const queue = createSlotQueue(options);
  const children = createChildren(options);
  let stopped = false;
  const refuseWhenStopped = () => {
    if (stopped) throw new PayerHubError("UNAVAILABLE", "run sandboxed request: the pool is stopped");
  };
  const lease: SandboxPool["lease"] = async (signal) => {
    refuseWhenStopped();
    const slot = await queue.acquire(signal);
    let released = false;
    return {
      run: async (request, runOptions) => {
        refuseWhenStopped();
        return await children.of(slot).run(request, runOptions);
      },
      get generation() {
        refuseWhenStopped();
        children.of(slot);
        return slot.generation;
      },
      release: () => {
        if (released) return;
        released = true;
        queue.giveBack(slot);
      },
    };
  };
  return {
    lease,
    run: async (request, runOptions) => {
      const held = await lease(runOptions.signal);
      try {
        return await held.run(request, runOptions);
      } finally {
        held.release();
      }
    },
    pids: () => queue.slots.flatMap(({ process: child }) => (child?.alive === true && child.pid !== undefined ? [child.pid] : [])),
    stop: async () => {
      stopped = true;
      queue.refuseAll();
      await children.killAll(queue.slots);
    },
  };
}

interface Children {
  /** The slot's child, replaced when it died or has served enough. */
  of(slot: Slot): SandboxProcess;
  killAll(slots: readonly Slot[]): Promise<void>;
}

function createChildren(options: SandboxPoolOptions): Children {
  const dying = new Set<Promise<void>>();
  const dispose = (slot: Slot) => {
    const gone = slot.process?.kill();
    slot.process = undefined;
    if (gone === undefined) return;
    dying.add(gone);
    void gone.finally(() => dying.delete(gone));
  };
  return {
    of: (slot) => {
      if (slot.process?.alive === true && slot.process.served < options.recycleAfter) return slot.process;
      dispose(slot);
      slot.generation += 1;
      slot.process = startSandboxProcess(options);
      return slot.process;
    },
    killAll: async (slots) => {
      for (const slot of slots) dispose(slot);
      await Promise.all(dying);
    },
  };
}

interface SlotQueue {
  readonly slots: readonly Slot[];
  acquire(signal: AbortSignal): Promise<Slot>;
  giveBack(slot: Slot): void;
  refuseAll(): void;
}

function createSlotQueue({ size, maxQueue }: { readonly size: number; readonly maxQueue: number }): SlotQueue {
  const free: Slot[] = Array.from({ length: size }, () => ({ process: undefined, generation: 0 }));
  const slots: readonly Slot[] = [...free];
  const waiting: Waiter[] = [];
  return {
    slots,
    acquire: async (signal) => {
      if (signal.aborted) throw new PayerHubError("CANCELLED", "wait for a sandbox child: the caller gave up");
      const slot = free.pop();
      if (slot !== undefined) return slot;
      if (waiting.length >= maxQueue) {
        throw new PayerHubError("RESOURCE_EXHAUSTED", `run sandboxed request: ${waiting.length} requests already wait for a child`);
      }
      return await enqueue(waiting, signal);
    },
    giveBack: (slot) => {
      const next = waiting.shift();
      if (next === undefined) free.push(slot);
      else next.give(slot);
    },
    refuseAll: () => {
      for (const waiter of waiting.splice(0)) waiter.refuse(new PayerHubError("UNAVAILABLE", "run sandboxed request: the pool stops"));
    },
  };
}

async function enqueue(waiting: Waiter[], signal: AbortSignal): Promise<Slot> {
  return await new Promise<Slot>((resolve, reject) => {
    const onAbort = () => {
      waiting.splice(waiting.indexOf(waiter), 1);
      reject(new PayerHubError("CANCELLED", "wait for a sandbox child: the caller gave up"));
    };
    const waiter: Waiter = {
      give: (slot) => {
        signal.removeEventListener("abort", onAbort);
        resolve(slot);
      },
      refuse: (error) => {
        signal.removeEventListener("abort", onAbort);
        reject(error);
      },
    };
    waiting.push(waiter);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
