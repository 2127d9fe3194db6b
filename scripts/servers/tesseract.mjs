// Native tesseract: no server, but a program that reads faxes two to three times faster than tesseract.js, which stands in where it is not to be had.
import { chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { exists, placeOnce } from "../cache.mjs";
import { findOnPath, must, run, tail } from "../child.mjs";
import { downloadDebian, unpackDebian } from "../debian.mjs";

export const name = "tesseract";
/** What Debian's suite below has. */
export const version = "5.5.0";

const SUITE = "trixie";
const OLDEST_MAJOR = 5;
const COMMAND_TIMEOUT_MS = 60_000;

/**
 * Finds or fetches the program: TESSERACT_BIN, PATH when new enough, the cache, Debian's packages unpacked into the cache.
 * Never fails a set-up for want of it: the env is empty then, and the log says why. Nothing is looked for when OCR_ENGINE is "tesseract.js".
 * @param {{ cacheDir: string, log: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<{ path: string, env: Record<string, string> }>}
 */
export async function ensure({ cacheDir, log, signal }) {
  if (process.env.OCR_ENGINE === "tesseract.js") return { path: "", env: {} };
  const given = await givenProgram();
  if (given !== undefined) return found(given);
  const target = join(cacheDir, name, version);
  try {
    await placeOnce({ target, log, signal, fill: (folder) => fill(folder, { log, signal }) });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const reason = String(error.message).split("\n", 1)[0];
    log(`tesseract: ${reason}; reading with tesseract.js, two to three times slower (installing tesseract 5 makes it fast)`);
    return { path: "", env: {} };
  }
  return found(join(target, name));
}

function found(path) {
  return { path, env: { TESSERACT_BIN: path } };
}

/** TESSERACT_BIN is taken at its word; one on PATH must be new enough. */
async function givenProgram() {
  const named = process.env.TESSERACT_BIN;
  if (named !== undefined && named !== "") {
    if (await exists(named)) return named;
    throw new Error(`Cannot use TESSERACT_BIN "${named}": no such file, must be the path of a tesseract program`);
  }
  const onPath = await findOnPath(name);
  if (onPath === undefined) return undefined;
  const { stdout } = await run(onPath, ["--version"], { timeoutMs: COMMAND_TIMEOUT_MS });
  return Number(/^tesseract v?(\d+)/.exec(stdout)?.[1] ?? 0) >= OLDEST_MAJOR ? onPath : undefined;
}

async function fill(folder, { log, signal }) {
  const began = Date.now();
  const say = (line) => log(`tesseract ${version}: ${line} (at ${((Date.now() - began) / 1000).toFixed(0)} s)`);
  const [apt, root] = [join(folder, "apt"), join(folder, "root")];
  const aborter = signal ?? new AbortController().signal;
  say("downloading Debian's packages (about 45 MB)");
  const archives = await downloadDebian(apt, { suite: SUITE, packages: ["tesseract-ocr"], signal: aborter });
  say("unpacking");
  await unpackDebian(archives, root, aborter);
  await keepProgram(root, folder, aborter);
  for (const path of [apt, root]) await rm(path, { recursive: true, force: true });
  const tried = await run(join(folder, name), ["--list-langs"], { timeoutMs: COMMAND_TIMEOUT_MS, signal });
  if (tried.code !== 0 || !/^eng$/m.test(tried.stdout))
    throw new Error(`Cannot run the fetched tesseract: it does not list English\n${tail(tried)}`);
  say("ready");
}

/** Of the unpacked tree only the program, its libraries (with the libc it was built for), its loader and the English data stay. */
async function keepProgram(root, folder, signal) {
  const loader = await findLoader(root);
  const program = join(root, "usr/bin/tesseract");
  const libraries = ["usr/lib", `usr/lib/${multiarch()}`].map((path) => join(root, path)).join(":");
  const listed = await must(loader, ["--library-path", libraries, "--list", program], { timeoutMs: COMMAND_TIMEOUT_MS, signal });
  await mkdir(join(folder, "lib"));
  for (const [, path] of listed.stdout.matchAll(/ => (\S+)/g)) await copyFile(path, join(folder, "lib", basename(path)));
  await copyFile(loader, join(folder, "lib", "loader"));
  await copyFile(program, join(folder, "lib", "tesseract"));
  for (const file of ["loader", "tesseract"]) await chmod(join(folder, "lib", file), 0o755);
  await mkdir(join(folder, "tessdata", "configs"), { recursive: true });
  const data = join(root, "usr/share/tesseract-ocr/5/tessdata");
  for (const file of ["eng.traineddata", "configs/tsv"]) await copyFile(join(data, file), join(folder, "tessdata", file));
  await writeFile(join(folder, name), LAUNCHER, { mode: 0o755 });
}

/** Starts the program with its own loader and libraries, wherever the folder stands. */
const LAUNCHER = `#!/bin/sh
here=\${0%/*}
TESSDATA_PREFIX="$here/tessdata" exec "$here/lib/loader" --library-path "$here/lib" "$here/lib/tesseract" "$@"
`;

function multiarch() {
  return `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
}

/** On both architectures the packages' own links lead to it. */
async function findLoader(root) {
  for (const path of ["usr/lib64/ld-linux-x86-64.so.2", "usr/lib/ld-linux-aarch64.so.1"]) {
    if (await exists(join(root, path))) return join(root, path);
  }
  throw new Error(`Cannot start the fetched tesseract: no loader for ${process.arch} in its libc, there must be one`);
}
