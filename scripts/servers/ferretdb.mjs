// FerretDB 2 on PostgreSQL with DocumentDB: a server of the MongoDB wire protocol; the tests run the MongoDB adapter against it.
import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { placeOnce } from "../cache.mjs";
import { run, tail } from "../child.mjs";
import { makePostgresRoot } from "./ferretdb/postgres-root.mjs";

export const name = "ferretdb";
export const version = "2.7.0";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "test", "servers", "ferretdb");
const BUILD_TIMEOUT_MS = 30 * 60_000;

/**
 * Fills one folder: `ferretdb`, the program; `root`, a Debian file tree with PostgreSQL 18 and DocumentDB; `root/template`, an
 * initialised database that a test copies. Nothing to do when PAYERHUB_TEST_MONGO_URL names a server.
 * @param {{ cacheDir: string, log: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<{ path: string, env: Record<string, string> }>}
 */
export async function ensure({ cacheDir, log, signal }) {
  if (process.env.PAYERHUB_TEST_MONGO_URL) return { path: "", env: {} };
  const target = join(cacheDir, name, version);
  await placeOnce({ target, log, signal, fill: (folder) => fill(folder, { log, signal }) });
  return { path: target, env: { FERRETDB_HOME: target } };
}

async function fill(folder, { log, signal }) {
  const began = Date.now();
  const say = (line) => log(`ferretdb ${version}: ${line} (at ${((Date.now() - began) / 1000).toFixed(0)} s)`);
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const parts = [buildProgram(folder, { say, signal: both }), makePostgresRoot(join(folder, "root"), { say, signal: both })];
  try {
    await Promise.all(parts);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(parts);
    throw new Error(instructions(error), { cause: error });
  }
  say("ready");
}

async function buildProgram(folder, { say, signal }) {
  say("building the Go program");
  // A copy, because go would write into the checkout's module files when they need a change.
  const source = join(folder, "source");
  await mkdir(source);
  await cp(SOURCE, source, { recursive: true });
  const env = { CGO_ENABLED: "0", GOTOOLCHAIN: "auto", GOFLAGS: "-buildvcs=false -mod=readonly" };
  const args = ["build", "-trimpath", "-ldflags=-s -w", "-o", join(folder, "ferretdb"), "."];
  const built = await run("go", args, { cwd: source, timeoutMs: BUILD_TIMEOUT_MS, signal, env });
  if (built.code !== 0) throw new Error(`Cannot build FerretDB: go build failed, it must succeed\n${tail(built)}`);
  say("the Go program is built");
}

function instructions(error) {
  return [
    `Cannot make FerretDB ${version} ready: ${String(error.message).replaceAll("\n", "\n  ")}`,
    "Any of these makes it ready:",
    "  run this again on Debian 12 or newer with Go 1.25 or newer and a Debian mirror in apt's sources",
    "  set PAYERHUB_TEST_MONGO_URL to mongodb://HOST:PORT/ of a MongoDB 4.4 or newer or a FerretDB 2",
  ].join("\n");
}
