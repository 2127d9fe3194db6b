// Runs child processes for the set-up scripts. Plain JavaScript, Node 20 or newer, no dependencies.
import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** A tail this long names the cause of a failed build without flooding the terminal. */
const TAIL_CHARACTERS = 4_000;

/**
 * Runs a command to its end and captures what it prints. Never rejects for an exit code; rejects when the signal aborts.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number, signal?: AbortSignal }} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} code 127 when the command does not exist, 124 when it ran past `timeoutMs`
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      signal: options.signal,
    });
    const out = { stdout: "", stderr: "", timedOut: false };
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => stop(child, out), options.timeoutMs);
    child.stdout.on("data", (chunk) => {
      out.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      out.stderr += chunk;
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      if (error.name === "AbortError") reject(error);
      else resolve({ code: 127, stdout: out.stdout, stderr: String(error.message) });
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code: out.timedOut ? 124 : (code ?? 1), stdout: out.stdout, stderr: out.stderr });
    });
  });
}

function stop(child, out) {
  out.timedOut = true;
  child.kill("SIGKILL");
}

/** The end of what a failed command printed, for an error message. */
export function tail(result) {
  return `${result.stdout}\n${result.stderr}`.trim().slice(-TAIL_CHARACTERS);
}

/** As {@link run}; rejects with the end of its output when the command ends with anything but 0. */
export async function must(program, args, options) {
  const result = await run(program, args, options);
  if (result.code !== 0)
    throw new Error(`Cannot run "${program} ${args.join(" ")}": it ended with ${result.code}, it must with 0\n${tail(result)}`);
  return result;
}

/**
 * @param {string} name
 * @returns {Promise<string | undefined>} the absolute path of an executable on PATH
 */
export async function findOnPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const candidate = join(folder, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return undefined;
}
