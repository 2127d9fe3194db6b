import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Pause between two readiness probes: short against every server's start-up time. */
const PROBE_INTERVAL_MS = 50;
/** One probe may take this long; a server that accepts but does not answer is probed again. */
const PROBE_TIMEOUT_MS = 2_000;
/** Time a server has for an orderly end before it is killed. */
const STOP_GRACE_MS = 5_000;
/** A killed process group that still exists after this long is a leak. */
const LEAK_DEADLINE_MS = 5_000;
/** Standard error kept for the error text: the end says why a server failed. */
const STDERR_TAIL_CHARS = 8_192;

/** How a server is started. `ready` is called until it resolves, the process ends or `deadlineMs` have passed. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the test process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly ready: (signal: AbortSignal) => Promise<void>;
  readonly deadlineMs: number;
}

/** A server process in a process group of its own. */
export interface RunningServer {
  readonly pid: number;
  /** The last 8 KiB of standard error. */
  stderrTail(): string;
  /** Sends the signal to the whole group and resolves when no process of it is left. Idempotent. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server and waits until it is ready. Disposal ends its whole process group (SIGTERM, then SIGKILL) and throws
 * when a process of the group is left. Throws with the end of standard error when the server ends early or is not ready in time.
 */
export async function spawnServer(options: ServerCommand): Promise<RunningServer & AsyncDisposable> {
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const tail = collectTail(child);
  await Promise.race([once(child, "spawn"), once(child, "error").then(([error]) => Promise.reject(error))]);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`start "${options.command}" failed: the process has no id`);
  const unhook = killAtExit(pid);
  const stop = async (signal: NodeJS.Signals) => {
    await endGroup(pid, signal, options.command);
    unhook();
  };
  try {
    await untilReady(child, options);
  } catch (error) {
    await stop("SIGKILL");
    throw new Error(`start "${options.command}" failed: ${String(error)}; standard error ends with\n${tail()}`, { cause: error });
  }
  return { pid, stderrTail: tail, kill: stop, [Symbol.asyncDispose]: async () => await stop("SIGTERM") };
}

/** A TCP port on loopback that was free a moment ago. For servers that cannot take port 0. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("reserve a port failed: the listener has no port");
  return address.port;
}

/** A new folder of its own that disposal removes with everything in it. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "payerhub-test-"));
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

function collectTail(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-STDERR_TAIL_CHARS);
  });
  return () => text;
}

async function untilReady(child: ChildProcess, options: ServerCommand): Promise<void> {
  const ended = new AbortController();
  const onExit = (code: number | null, signal: string | null) =>
    ended.abort(new Error(`it ended with ${signal ?? `exit code ${String(code)}`} before it was ready`));
  child.once("exit", onExit);
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(options.deadlineMs)]);
  let failure: unknown;
  try {
    while (!signal.aborted) {
      const probe = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
      failure = await options.ready(probe).then(() => undefined, asFailure);
      if (failure === undefined && !ended.signal.aborted) return;
      await delay(PROBE_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    child.off("exit", onExit);
  }
  if (ended.signal.aborted) throw ended.signal.reason;
  throw new Error(`it was not ready within ${options.deadlineMs} ms`, { cause: failure });
}

function asFailure(error: unknown): unknown {
  return error ?? new Error("the probe failed");
}

async function endGroup(pid: number, signal: NodeJS.Signals, command: string): Promise<void> {
  signalGroup(pid, signal);
  if (await groupEndsWithin(pid, STOP_GRACE_MS)) return;
  signalGroup(pid, "SIGKILL");
  if (await groupEndsWithin(pid, LEAK_DEADLINE_MS)) return;
  throw new Error(`stop "${command}" failed: processes of group ${pid} are left, none may be`);
}

async function groupEndsWithin(pid: number, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs;
  while (signalGroup(pid, 0)) {
    if (performance.now() > until) return false;
    await delay(10);
  }
  return true;
}

/** False when the group has no process left. Our own spawned child is reaped by Node, so a zombie does not linger. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** A test process that ends early must not leave servers behind. Returns what takes the hooks off again. */
function killAtExit(pid: number): () => void {
  const onExit = () => void signalGroup(pid, "SIGKILL");
  const onSignal = (signal: NodeJS.Signals) => {
    onExit();
    unhook();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const unhook = () => {
    process.off("exit", onExit);
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, onSignal);
  };
  process.on("exit", onExit);
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, onSignal);
  return unhook;
}
