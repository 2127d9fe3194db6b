// The per-user cache of servers: one folder per name and version, complete or absent, shared by all clones.
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** How often a process that waits for another one's lock looks again. */
const LOCK_POLL_MS = 500;
/** Longer than the slowest cold build (the DocumentDB extension); an older lock belongs to a machine that went away. */
const LOCK_STALE_MS = 90 * 60_000;

/** `$XDG_CACHE_HOME/payerhub`, by default `~/.cache/payerhub`. */
export function payerhubCache() {
  const base = process.env.XDG_CACHE_HOME;
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "payerhub");
}

/**
 * Makes `target` exist by filling a temporary folder and renaming it, so that a crash or Ctrl-C leaves nothing half done.
 * Parallel callers wait for the first one. Idempotent.
 * @param {{ target: string, fill: (folder: string) => Promise<void>, log: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<string>} target
 */
export async function placeOnce({ target, fill, log, signal }) {
  if (await exists(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  await removeLeftovers(target);
  return withLock(`${target}.lock`, { log, signal }, async () => {
    if (await exists(target)) return target;
    const folder = await mkdtemp(`${target}.tmp-${process.pid}-`);
    try {
      await fill(folder);
      await rename(folder, target).catch((error) => keepFirst(error, target));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return target;
  });
}

/**
 * Holds a lock file while `work` runs. A lock whose process is gone, or that is older than 90 minutes, is taken over.
 * @param {string} path
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export async function withLock(path, { log, signal }, work) {
  await mkdir(dirname(path), { recursive: true });
  for (let waited = 0; !(await tryLock(path)); waited += 1) {
    if (waited === 0) log(`waiting for another set-up that holds ${path}`);
    await delay(LOCK_POLL_MS, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path) {
  try {
    const file = await open(path, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  if (await isStale(path)) await rm(path, { force: true });
  return false;
}

async function isStale(path) {
  try {
    const { mtimeMs } = await stat(path);
    const ageMs = Date.now() - mtimeMs;
    const pid = Number(await readFile(path, "utf8"));
    // A lock without a pid was caught between creation and write, unless it stays like that.
    if (!Number.isInteger(pid) || pid <= 0) return ageMs > 10_000;
    return ageMs > LOCK_STALE_MS || !isAlive(pid);
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Removes temporary folders of set-ups that were killed before they could clean up. */
async function removeLeftovers(target) {
  const prefix = `${basename(target)}.tmp-`;
  for (const entry of await readdir(dirname(target))) {
    if (!entry.startsWith(prefix)) continue;
    const pid = Number(entry.slice(prefix.length).split("-")[0]);
    if (!isAlive(pid)) await rm(join(dirname(target), entry), { recursive: true, force: true });
  }
}

/** Whether a path exists. */
export async function exists(path) {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Another process that finished first wins: its copy is as good as ours. */
async function keepFirst(error, target) {
  if (!(await exists(target))) throw error;
}
