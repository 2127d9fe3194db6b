// Installs npm dependencies when what stands in node_modules differs from package-lock.json.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, withLock } from "./cache.mjs";
import { run, tail } from "./child.mjs";

const INSTALL_TIMEOUT_MS = 20 * 60_000;
/** A person who sees nothing for longer than this believes that the install hangs. */
const HEARTBEAT_MS = 5_000;
/**
 * Takes the locked versions and writes neither package.json nor the lock. Not `npm ci`: it deletes node_modules from under a process that
 * runs from this folder, and refuses a lock made against a mirror that lacks another platform's packages.
 */
const INSTALL = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/**
 * Brings node_modules in line with package-lock.json; returns at once when it already is.
 * No package's install script runs: none is needed (docs/adr/0001), and onnxruntime-node's would download CUDA libraries.
 * @param {{ root: string, log: (line: string) => void, signal: AbortSignal }} options
 */
export async function ensureDependencies({ root, log, signal }) {
  if (await isCurrent(root)) return;
  await withLock(join(root, ".payerhub", "setup.lock"), { log, signal }, async () => {
    if (!(await isCurrent(root))) await install({ root, log, signal });
  });
}

async function install({ root, log, signal }) {
  const wanted = Object.keys(await lockedPackages(join(root, "package-lock.json"))).length;
  const began = Date.now();
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(0)} s`;
  log(`npm install: up to ${wanted} packages from package-lock.json, about 1.1 GB on disk when done`);
  const heartbeat = setInterval(() => log(`npm install: ${seconds()}`), HEARTBEAT_MS);
  try {
    const result = await run("npm", INSTALL, {
      cwd: root,
      timeoutMs: INSTALL_TIMEOUT_MS,
      signal,
      env: { ONNXRUNTIME_NODE_INSTALL: "skip" },
    });
    if (result.code !== 0) {
      throw new Error(`Cannot install npm packages: npm install ended with ${result.code}, must end with 0\n${tail(result)}`);
    }
  } finally {
    clearInterval(heartbeat);
  }
  log(`npm install: done in ${seconds()}`);
}

/** Compares with the record that npm writes at the end of an install, so that one done by hand counts as well. */
async function isCurrent(root) {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!(await exists(record))) return false;
  const [wanted, present] = await Promise.all([lockedPackages(join(root, "package-lock.json")), lockedPackages(record)]);
  return Object.entries(wanted).every(([path, entry]) => {
    const found = present[path];
    return found === undefined ? entry.optional === true && !isForHere(entry) : found.version === entry.version;
  });
}

/** Whether a platform's own package is meant for this one; npm leaves out the rest, and what only they need. */
function isForHere({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined || libc !== undefined) return false;
  return [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
}

async function lockedPackages(path) {
  const { packages } = JSON.parse(await readFile(path, "utf8"));
  return Object.fromEntries(Object.entries(packages).filter(([name]) => name !== ""));
}
