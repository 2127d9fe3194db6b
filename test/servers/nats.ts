import { execFile } from "node:child_process";
import { access, readdir, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, type RunningServer, spawnServer, temporaryFolder } from "./server.ts";

/** Longest wait until the server listens. */
const READY_DEADLINE_MS = 15_000;

/** A real nats-server with JetStream on a loopback port; the same port and store after `restart`. */
export interface TestNats extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** SIGKILL; the store stays. */
  crash(): Promise<void>;
  restart(): Promise<void>;
}

/** The binary that setup fetched, or NATS_SERVER_BIN. Throws with the command that fetches it. */
export async function natsServerBinary(): Promise<string> {
  const given = process.env["NATS_SERVER_BIN"];
  if (given !== undefined && given !== "") return given;
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "payerhub", "nats-server");
  const versions = await readdir(cache).catch(() => []);
  for (const version of versions.toSorted((left, right) => right.localeCompare(left, "en", { numeric: true }))) {
    const path = join(cache, version, "nats-server");
    if (await exists(path)) return path;
  }
  const onPath = await promisify(execFile)("which", ["nats-server"]).then(
    (found) => found.stdout.trim(),
    () => "",
  );
  if (onPath !== "") return onPath;
  throw new Error('start "nats-server" failed: there is no binary in the cache, run `node setup.mjs --profile test` first');
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** Starts a broker with an fsync for every write, as the product runs it. */
export async function startNats(): Promise<TestNats> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const token = "test-token";
  const configPath = join(folder.path, "nats.conf");
  await writeFile(
    configPath,
    [
      `listen: "127.0.0.1:${port}"`,
      `authorization { token: "${token}" }`,
      `jetstream { store_dir: ${JSON.stringify(join(folder.path, "jetstream"))}, sync_interval: always, max_file_store: 16GB, max_memory_store: 64MB }`,
      "",
    ].join("\n"),
  );
  const binary = await natsServerBinary();
  const launch = async () =>
    await spawnServer({
      command: binary,
      args: ["-c", configPath],
      ready: async (signal) => await dial(port, signal),
      deadlineMs: READY_DEADLINE_MS,
    });
  let server: RunningServer & AsyncDisposable = await launch();
  return {
    url: `nats://127.0.0.1:${port}`,
    token,
    get pid() {
      return server.pid;
    },
    crash: async () => await server.kill("SIGKILL"),
    restart: async () => {
      server = await launch();
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function dial(port: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection({ port, host: "127.0.0.1", signal });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}
