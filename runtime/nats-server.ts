import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { PayerHubError } from "./error.ts";
import type { Stoppable } from "./lifetime.ts";
import type { Logger } from "./log.ts";
import type { World } from "./world.ts";

/** Longest wait until the server listens, in milliseconds. */
const READY_DEADLINE_MS = 15_000;
/** Pause between looks whether it listens, and before a restart, in milliseconds. */
const LOOK_MS = 50;
const RESTART_PAUSE_MS = 500;
/** Longest wait for a stop before the process is killed, in milliseconds. */
const STOP_DEADLINE_MS = 5_000;

export interface NatsServerOptions {
  readonly binary: string;
  /** Holds configuration and JetStream files. */
  readonly folder: string;
  readonly token: string;
  readonly log: Logger;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** A broker of our own on a loopback port. */
export interface NatsServer extends Stoppable {
  readonly url: string;
  readonly token: string;
  readonly pid: () => number | undefined;
  /** Ends the process the hard way, as a crash would; supervision starts it again. For fault suites. */
  crash(): void;
}

/**
 * Runs a real nats-server as a child: loopback only, token required, JetStream on disk with an fsync for every write. It is
 * started again on the same port when it dies.
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const configPath = join(options.folder, "nats.conf");
  await endOrphan(options, configPath);
  const port = await unusedPort();
  await writeFile(configPath, configuration(options, port), { mode: 0o600 });
  const state: { child: ChildProcess; stopping: boolean } = { child: launch(options.binary, configPath), stopping: false };
  const supervise = (child: ChildProcess): void => {
    child.once("exit", () => {
      if (state.stopping) return;
      options.log.warn("broker.exited", { component: "nats-server" });
      options.world
        .sleep(RESTART_PAUSE_MS, options.signal)
        .then(() => {
          if (state.stopping) return;
          state.child = launch(options.binary, configPath);
          supervise(state.child);
        })
        .catch(() => {});
    });
  };
  supervise(state.child);
  try {
    await untilListening(port, options);
  } catch (caught) {
    state.stopping = true;
    state.child.kill("SIGKILL");
    throw caught;
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    token: options.token,
    pid: () => state.child.pid,
    crash: () => void state.child.kill("SIGKILL"),
    stop: async () => {
      state.stopping = true;
      await endChild(state.child);
    },
  };
}

function configuration(options: NatsServerOptions, port: number): string {
  return [
    `listen: "127.0.0.1:${port}"`,
    `server_name: "payerhub-embedded"`,
    `authorization { token: ${JSON.stringify(options.token)} }`,
    `pid_file: ${JSON.stringify(join(options.folder, "nats.pid"))}`,
    `max_payload: 8MB`,
    // A PubAck without fsync is not durable: by default the server syncs every two minutes.
    `jetstream { store_dir: ${JSON.stringify(join(options.folder, "jetstream"))}, sync_interval: always, max_file_store: 16GB, max_memory_store: 64MB }`,
    `logfile: ${JSON.stringify(join(options.folder, "nats.log"))}`,
    `logfile_size_limit: 8MB`,
    "",
  ].join("\n");
}

/** A process of ours that was killed leaves its broker behind; two brokers on one store would destroy it. */
async function endOrphan(options: NatsServerOptions, configPath: string): Promise<void> {
  const text = await readFile(join(options.folder, "nats.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || !(await runsWith(pid, configPath))) return;
  options.log.warn("broker.orphan_ended", { component: "nats-server" });
  process.kill(pid, "SIGTERM");
  const until = options.world.monotonicMs() + STOP_DEADLINE_MS;
  while ((await runsWith(pid, configPath)) && options.world.monotonicMs() < until) await options.world.sleep(LOOK_MS, options.signal);
  if (await runsWith(pid, configPath)) process.kill(pid, "SIGKILL");
}

/** True when the process exists and was started with our configuration file: a recycled pid is somebody else's. */
async function runsWith(pid: number, configPath: string): Promise<boolean> {
  return await new Promise((resolve) => {
    execFile("ps", ["-p", String(pid), "-o", "command="], { timeout: STOP_DEADLINE_MS }, (error, stdout) =>
      resolve(error === null && stdout.includes(configPath)),
    );
  });
}

function launch(binary: string, configPath: string): ChildProcess {
  const child = spawn(binary, ["-c", configPath], { stdio: "ignore", detached: true });
  // Without a listener a failed spawn would end this process; `untilListening` reports it in our words.
  child.once("error", () => {});
  return child;
}

async function untilListening(port: number, options: NatsServerOptions): Promise<void> {
  const until = options.world.monotonicMs() + READY_DEADLINE_MS;
  while (options.world.monotonicMs() < until) {
    options.signal.throwIfAborted();
    if (await accepts(port)) return;
    await options.world.sleep(LOOK_MS, options.signal);
  }
  throw new PayerHubError(
    "UNAVAILABLE",
    `starting nats-server "${options.binary}": it does not listen after ${READY_DEADLINE_MS} ms, see nats.log in its folder`,
  );
}

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A loopback port that was free a moment ago; it is written into the server's configuration so that a restart keeps it. */
async function unusedPort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(timer);
}
