import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PayerHubError } from "./error.ts";
import { isSandboxAnswer } from "./sandbox-child.ts";
import { readUsage } from "./sandbox-usage.ts";

/** Pause between two looks at memory and CPU: short, since an allocation loop writes about 1 GiB a second. */
const WATCH_INTERVAL_MS = 40;
/** The kernel's own CPU limit is this many times the request's: it ends a child whose parent can no longer do so. */
const LIFETIME_CPU_FACTOR = 4;
/** What a child sees of the environment: no secrets, a fixed search path, one thread a recognizer. */
const CHILD_ENV = { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", OMP_THREAD_LIMIT: "1", UV_THREADPOOL_SIZE: "2" };

export interface SandboxProcessOptions {
  readonly script: URL;
  /** Arguments of the script. */
  readonly args: readonly string[];
  /** JavaScript heap of the child. */
  readonly maxHeapMiB: number;
  /** Resident memory of the child and what it starts; over it the child is killed. */
  readonly maxRssBytes: number;
  /** CPU time of one request. */
  readonly cpuSeconds: number;
  /** Requests after which the child is replaced, so that native memory and engine state cannot build up. */
  readonly recycleAfter: number;
  /** Nice value 0..19: parsing must not starve the processes that acknowledge. */
  readonly nice: number;
}

export interface SandboxRunOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** One child and the request it works on. */
export interface SandboxProcess {
  readonly pid: number | undefined;
  /** Requests taken so far. */
  readonly served: number;
  readonly alive: boolean;
  /** Throws DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, CANCELLED, INTERNAL (child died) or what the child's handler threw. */
  run(request: unknown, options: SandboxRunOptions): Promise<unknown>;
  /** Kills the child and its process group; resolves when it is gone. */
  kill(): Promise<void>;
}

interface Pending {
  readonly id: number;
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: PayerHubError) => void;
}

/** Starts a child in its own process group, with the IPC channel as its only open door. */
export function startSandboxProcess(options: SandboxProcessOptions): SandboxProcess {
  const child = spawnChild(options);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let pending: Pending | undefined;
  let served = 0;
  let alive = true;
  const settle = (act: (current: Pending) => void) => {
    const current = pending;
    pending = undefined;
    if (current !== undefined) act(current);
  };
  const died = () => {
    alive = false;
    settle((current) => current.reject(new PayerHubError("INTERNAL", "run sandboxed request: the child process died before it answered")));
  };
  child.once("exit", died);
  child.once("error", died);
  child.on("message", (message: unknown) => {
    if (!isSandboxAnswer(message) || message.id !== pending?.id) return;
    settle((current) =>
      message.ok ? current.resolve(message.response) : current.reject(new PayerHubError(message.code, message.message)),
    );
  });
  const kill = async () => {
    alive = false;
    // An unreferenced child would let the process end before its death is known.
    child.ref();
    if (child.exitCode === null && child.signalCode === null) killGroup(child);
    await exited;
  };
  const fail = (error: PayerHubError) => {
    settle((current) => current.reject(error));
    void kill();
  };
  const run: SandboxProcess["run"] = async (request, runOptions) => {
    served += 1;
    const id = served;
    const answered = new Promise<unknown>((resolve, reject) => {
      pending = { id, resolve, reject };
    });
    // Watching starts when there is something to reject: the signal may be aborted already.
    const stopWatching = watch(child, { ...options, ...runOptions, fail });
    if (alive) child.send({ id, request }, (error) => (error === null ? undefined : died()));
    else died();
    try {
      return await answered;
    } finally {
      stopWatching();
    }
  };
  return {
    get pid() {
      return child.pid;
    },
    get served() {
      return served;
    },
    get alive() {
      return alive;
    },
    run,
    kill,
  };
}

function spawnChild(options: SandboxProcessOptions): ChildProcess {
  const lifetimeCpu = Math.ceil(options.cpuSeconds * Math.max(LIFETIME_CPU_FACTOR, options.recycleAfter));
  const limited = `ulimit -t ${lifetimeCpu} 2>/dev/null; exec nice -n ${options.nice} "$0" "$@"`;
  const node = [`--max-old-space-size=${options.maxHeapMiB}`, "--disable-warning=ExperimentalWarning"];
  const args = ["-c", limited, process.execPath, ...node, fileURLToPath(options.script), ...options.args];
  const child = spawn("/bin/sh", args, {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "advanced",
    detached: true,
    env: CHILD_ENV,
  });
  child.unref();
  child.channel?.unref();
  return child;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

interface WatchOptions extends SandboxRunOptions {
  readonly maxRssBytes: number;
  readonly cpuSeconds: number;
  readonly fail: (error: PayerHubError) => void;
}

/** Ends the request when its deadline passes, its signal aborts, or the child takes more memory or CPU than it may. */
function watch(child: ChildProcess, options: WatchOptions): () => void {
  let cpuAtStart: number | undefined;
  const onAbort = () => options.fail(new PayerHubError("CANCELLED", "run sandboxed request: the caller gave up"));
  const deadline = setTimeout(() => {
    options.fail(new PayerHubError("DEADLINE_EXCEEDED", `run sandboxed request: not done after ${options.deadlineMs} ms`));
  }, options.deadlineMs);
  const look = async () => {
    const usage = child.pid === undefined ? undefined : await readUsage(child.pid);
    if (usage === undefined) return;
    cpuAtStart ??= usage.cpuSeconds;
    if (usage.rssBytes > options.maxRssBytes) {
      const text = `run sandboxed request: the child took more than ${options.maxRssBytes} bytes of memory`;
      options.fail(new PayerHubError("RESOURCE_EXHAUSTED", text));
    } else if (usage.cpuSeconds - cpuAtStart > options.cpuSeconds) {
      const text = `run sandboxed request: the child took more than ${options.cpuSeconds} s of CPU`;
      options.fail(new PayerHubError("RESOURCE_EXHAUSTED", text));
    }
  };
  const timer = setInterval(() => void look(), WATCH_INTERVAL_MS);
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  return () => {
    clearTimeout(deadline);
    clearInterval(timer);
    options.signal.removeEventListener("abort", onAbort);
  };
}
