// versitygw: an S3 server with object lock over a plain folder; the tests run the S3 adapter against it.
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { exists, placeOnce } from "../cache.mjs";
import { run, tail } from "../child.mjs";

export const name = "versitygw";
export const version = "1.7.0";

const MODULE = `github.com/versity/versitygw/cmd/versitygw@v${version}`;
const BUILD_TIMEOUT_MS = 30 * 60_000;
const MEBIBYTE = 1_048_576;

/**
 * Finds or builds the server: VERSITYGW_BIN, the cache, the Go module. Nothing to do when PAYERHUB_TEST_S3_URL names a server.
 * @param {{ cacheDir: string, log: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<{ path: string, env: Record<string, string> }>}
 */
export async function ensure({ cacheDir, log, signal }) {
  if (process.env.PAYERHUB_TEST_S3_URL) return { path: "", env: {} };
  const named = process.env.VERSITYGW_BIN;
  if (named) {
    if (await exists(named)) return found(named);
    throw new Error(`Cannot use VERSITYGW_BIN "${named}": no such file, must be the path of a versitygw`);
  }
  const target = join(cacheDir, name, version);
  await placeOnce({ target, log, signal, fill: (folder) => build(folder, { log, signal }) });
  return found(join(target, name));
}

function found(path) {
  return { path, env: { VERSITYGW_BIN: path } };
}

async function build(folder, { log, signal }) {
  const began = Date.now();
  log(`versitygw ${version}: building the Go module (about 150 s of two cores, once)`);
  const bin = join(folder, "bin");
  await mkdir(bin);
  const env = { GOBIN: bin, CGO_ENABLED: "0", GOTOOLCHAIN: "auto", GOFLAGS: "-buildvcs=false" };
  const built = await run("go", ["install", "-trimpath", "-ldflags=-s -w", MODULE], { timeoutMs: BUILD_TIMEOUT_MS, signal, env });
  if (built.code !== 0) throw new Error(instructions(tail(built)));
  await rename(join(bin, name), join(folder, name));
  await rm(bin, { recursive: true });
  const megabytes = (await stat(join(folder, name))).size / MEBIBYTE;
  log(`versitygw ${version}: ready, ${megabytes.toFixed(1)} MiB in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

function instructions(failure) {
  return [
    `Cannot build versitygw ${version}: go install failed, it must succeed`,
    `  ${failure.replaceAll("\n", "\n  ")}`,
    "Any of these makes it ready:",
    `  install Go 1.25 or newer, then run this again (it runs: go install ${MODULE})`,
    "  set VERSITYGW_BIN to the path of a versitygw",
    "  set PAYERHUB_TEST_S3_URL to s3://KEY:SECRET@HOST:PORT/BUCKET?tls=0 of any S3 server",
  ].join("\n");
}
