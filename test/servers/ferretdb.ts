import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { MongoClient } from "mongodb";
import { readServersConfig } from "./config.ts";
import { freePort, spawnServer, temporaryFolder } from "./server.ts";
import type { RunningServer } from "./server.ts";

/** A cold page cache makes the first start of PostgreSQL slow. */
const READY_DEADLINE_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2_000;
const POSTGRES = "/usr/lib/postgresql/18/bin/postgres";
/** The unprivileged user inside the file tree. */
const POSTGRES_ID = 70;

/** A running server of the MongoDB wire protocol. */
export interface TestMongo extends AsyncDisposable {
  readonly url: string;
  /** The folder of PostgreSQL's files; absent for a server given by PAYERHUB_TEST_MONGO_URL. */
  readonly dataPath?: string;
  /** FerretDB's process, absent for a given server. */
  readonly server?: RunningServer;
}

/**
 * Starts FerretDB and its PostgreSQL on free loopback ports over a copy of the template database, or takes the server
 * that PAYERHUB_TEST_MONGO_URL names.
 */
export async function startFerretdb(): Promise<TestMongo> {
  const config = readServersConfig();
  if (config.mongoUrl !== undefined) return { url: config.mongoUrl, [Symbol.asyncDispose]: async () => undefined };
  await using starting = new AsyncDisposableStack();
  const state = starting.use(await temporaryFolder());
  const data = starting.use(await copyTemplate(join(config.ferretdbHome, "root")));
  const postgresPort = await freePort();
  starting.use(await startPostgres(join(config.ferretdbHome, "root"), data.path, postgresPort));
  const port = await freePort();
  const url = `mongodb://127.0.0.1:${port}/`;
  const server = starting.use(
    await spawnServer({
      command: join(config.ferretdbHome, "ferretdb"),
      args: [`-postgres=postgres://postgres@127.0.0.1:${postgresPort}/postgres`, `-listen=127.0.0.1:${port}`, `-state=${state.path}`],
      ready: async (signal) => await ping(url, signal),
      deadlineMs: READY_DEADLINE_MS,
    }),
  );
  const held = starting.move();
  return { url, dataPath: data.path, server, [Symbol.asyncDispose]: async () => await held.disposeAsync() };
}

/** The copy lies inside the file tree, because PostgreSQL sees nothing outside it. */
async function copyTemplate(root: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = join(root, "data", `test-${randomUUID()}`);
  await promisify(execFile)("cp", ["--archive", "--reflink=auto", join(root, "template"), path]);
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

async function startPostgres(root: string, data: string, port: number): Promise<RunningServer & AsyncDisposable> {
  const command = [POSTGRES, "-D", `/data/${basename(data)}`, "-p", String(port)];
  const isRoot = process.getuid?.() === 0;
  const userspace = ["--user", `--map-user=${POSTGRES_ID}`, `--map-group=${POSTGRES_ID}`, `--root=${root}`];
  return await spawnServer({
    command: isRoot ? "chroot" : "unshare",
    args: isRoot ? [`--userspec=${POSTGRES_ID}:${POSTGRES_ID}`, root, ...command] : [...userspace, ...command],
    env: { LC_ALL: "C" },
    ready: async (signal) => await dial(port, signal),
    deadlineMs: READY_DEADLINE_MS,
  });
}

async function dial(port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect", { signal });
  } finally {
    socket.destroy();
  }
}

async function ping(url: string, signal: AbortSignal): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: CONNECT_TIMEOUT_MS });
  try {
    await client.db("admin").command({ ping: 1 }, { signal });
  } finally {
    await client.close();
  }
}
