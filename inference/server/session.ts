import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable, withDeadline } from "../../runtime/signals.ts";
import type { Tensor } from "../tensor.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { FromSession, RunTimes, SessionStart, SignatureTensor, ToSession } from "./session-message.ts";
import { giveAway } from "./tensor-transfer.ts";

/** A model file of a few hundred megabytes loads within this, in milliseconds. */
const START_DEADLINE_MS = 60_000;

/** Beyond this a thread ends and is replaced, rather than the whole process. */
const DEFAULT_HEAP_MB = 1_024;

export interface RunResult {
  readonly outputs: readonly Tensor[];
  readonly times: RunTimes;
}

/** What runs a model. One run at a time gives the best latency: an ONNX session serialises them anyway. */
export interface Session {
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
  /** False once the thread has ended, whatever ended it. */
  readonly alive: boolean;
  /**
   * Takes large inputs' memory: they must not be read again. INVALID_ARGUMENT when an input cannot be held, INTERNAL when the
   * model fails, UNAVAILABLE when the thread is gone. `alone`: the outputs are one answer's, so that their memory becomes
   * the pool's and ends when the answer is sent.
   */
  run(inputs: readonly Tensor[], options?: { readonly alone?: boolean }): Promise<RunResult>;
  /** Ends after the runs that were begun; idempotent. */
  close(): Promise<void>;
}

export interface SessionParts {
  readonly pool: BufferPool;
  readonly signal: AbortSignal;
}

/** Loads the model in a new thread; INVALID_ARGUMENT when ONNX Runtime refuses the file. */
export async function startSession(start: SessionStart, { pool, signal }: SessionParts): Promise<Session> {
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const worker = new Worker(new URL(`./session-worker${extension}`, import.meta.url), {
    workerData: start,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: start.maxHeapMb ?? DEFAULT_HEAP_MB },
  });
  // ONNX Runtime writes warnings there that may quote tensor values; nobody reads them.
  worker.stderr.resume();
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const attempted = "loading a model into a session";
  try {
    const ready = await abortable(firstMessage(worker), withDeadline(signal, START_DEADLINE_MS), attempted);
    if (ready?.kind !== "ready") throw new PayerHubError("INTERNAL", `${attempted}: its thread began with another message than ready`);
    return attach(worker, ready, { exited, pool });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

async function firstMessage(worker: Worker): Promise<FromSession | undefined> {
  try {
    const [first]: readonly FromSession[] = await once(worker, "message");
    return first;
  } catch (cause) {
    throw new PayerHubError("INVALID_ARGUMENT", "loading a model into a session: ONNX Runtime refused the file, it must be a valid model", {
      cause,
    });
  }
}

interface Waiting {
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: PayerHubError) => void;
}

function attach(
  worker: Worker,
  ready: Extract<FromSession, { kind: "ready" }>,
  { exited, pool }: { readonly exited: Promise<void>; readonly pool: BufferPool },
): Session {
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let alive = true;
  const gone = () => new PayerHubError("UNAVAILABLE", "running a model: its session has ended, it must be loaded again");
  worker.on("message", (message: FromSession) => {
    if (message.kind === "done") takeBack(pool, message.returned);
    settle(waiting, message);
  });
  worker.on("error", () => {});
  void exited.then(() => {
    alive = false;
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  });
  const send = (message: ToSession, transfer: readonly ArrayBuffer[] = []) => worker.postMessage(message, [...transfer]);
  let closing: Promise<void> | undefined;
  const close = async () => {
    if (alive) send({ kind: "close" });
    await exited;
  };
  return {
    inputs: ready.inputs,
    outputs: ready.outputs,
    get alive() {
      return alive;
    },
    run: async (inputs, { alone = false } = {}) => {
      if (!alive || closing !== undefined) throw gone();
      const id = nextId++;
      const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
      waiting.set(id, { resolve, reject });
      const given = giveAway(inputs, { fresh: false });
      send({ kind: "run", id, inputs: given.tensors }, given.buffers);
      const result = await promise;
      if (alone) for (const { data } of result.outputs) pool.adopt(data.buffer);
      return result;
    },
    close: async () => {
      closing ??= close();
      await closing;
    },
  };
}

/** Memory that the thread has read and gives back. */
function takeBack(pool: BufferPool, buffers: readonly ArrayBuffer[]): void {
  for (const buffer of buffers) {
    pool.adopt(buffer);
    pool.give(buffer);
  }
}

function settle(waiting: Map<number, Waiting>, message: FromSession): void {
  if (message.kind === "ready") return;
  const entry = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.kind === "done") entry?.resolve({ outputs: message.outputs, times: message.times });
  else if (message.kind === "refused") entry?.reject(new PayerHubError("INVALID_ARGUMENT", `running a model: ${message.message}`));
  else
    entry?.reject(
      new PayerHubError("INTERNAL", "running a model: ONNX Runtime failed, it must return outputs", { cause: new Error(message.message) }),
    );
}

/** A session that is loaded again before the next run when its thread has died (out of memory, a fault in native code). */
export async function keepSession(start: SessionStart, parts: SessionParts): Promise<Session> {
  let current = await startSession(start, parts);
  let closed = false;
  let starting: Promise<Session> | undefined;
  const startAgain = async () => {
    starting ??= startSession(start, parts).finally(() => {
      starting = undefined;
    });
    return await starting;
  };
  return {
    inputs: current.inputs,
    outputs: current.outputs,
    get alive() {
      return current.alive;
    },
    run: async (inputs, options) => {
      if (!current.alive && !closed) current = await startAgain();
      return await current.run(inputs, options);
    },
    close: async () => {
      closed = true;
      await current.close();
    },
  };
}
