#!/usr/bin/env node
// Makes a fresh machine ready, then runs a command on Node 24: node setup.mjs [--profile none|start|bench|test] [-- COMMAND ARG…]
// Plain JavaScript without dependencies, for any Node from 20 on. Everything it prints goes to standard error.
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { exists, payerhubCache } from "./scripts/cache.mjs";
import { run } from "./scripts/child.mjs";
import { ensureDependencies } from "./scripts/dependencies.mjs";

const ROOT = dirname(fileURLToPath(import.meta.url));
/** Files of scripts/servers that a profile makes ready; undefined takes all. */
const PROFILES = { none: [], start: ["nats.mjs", "tesseract.mjs"], bench: ["nats.mjs", "tesseract.mjs", "triton.mjs"], test: undefined };
const OLDEST_SETUP_NODE = 20;
const NODE_MAJOR = 24;
/** A terminal sends Ctrl-C to the whole process group; a second signal within this time is the same one forwarded. */
const SIGNAL_ECHO_MS = 1_000;

const log = (line) => process.stderr.write(`setup: ${line}\n`);

async function main(argv) {
  const { profile, command } = parse(argv);
  if (major(process.versions.node) < OLDEST_SETUP_NODE) {
    throw new Error(`Cannot set up with Node "${process.versions.node}": too old, must be ${OLDEST_SETUP_NODE} or newer`);
  }
  const aborter = new AbortController();
  const abort = () => aborter.abort();
  process.once("SIGINT", abort);
  process.once("SIGTERM", abort);
  const began = Date.now();
  await ensureDependencies({ root: ROOT, log, signal: aborter.signal });
  const node = await nodeForCommand();
  const env = await ensureServers(profile, aborter.signal);
  process.off("SIGINT", abort);
  process.off("SIGTERM", abort);
  if (command.length === 0) {
    log(`ready for profile "${profile}" in ${((Date.now() - began) / 1000).toFixed(1)} s`);
    return 0;
  }
  return runCommand(command, { ...env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` }, node);
}

function parse(argv) {
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  const profile = own[0] === "--profile" ? own[1] : own.length === 0 ? "start" : undefined;
  if (!Object.hasOwn(PROFILES, profile ?? "") || own.length > 2) {
    throw new Error(
      `Cannot set up with arguments "${own.join(" ")}": must be [--profile ${Object.keys(PROFILES).join("|")}] [-- COMMAND ARG…]`,
    );
  }
  return { profile, command: end === -1 ? [] : argv.slice(end + 1) };
}

/** node_modules/.bin/node is Node 24 from npm's platform package; elsewhere the Node that runs this must be new enough. */
async function nodeForCommand() {
  const packaged = join(ROOT, "node_modules", ".bin", "node");
  if (await exists(packaged)) {
    const { code, stdout } = await run(packaged, ["--version"], { timeoutMs: 30_000 });
    if (code === 0 && major(stdout.trim().slice(1)) >= NODE_MAJOR) return packaged;
  }
  if (major(process.versions.node) >= NODE_MAJOR) return process.execPath;
  throw new Error(
    `Cannot run PayerHub with Node "${process.versions.node}": npm has no ready-made Node for ${process.platform}-${process.arch} here, ` +
      `must be ${NODE_MAJOR} or newer\n  install it from https://nodejs.org/en/download and run the command again`,
  );
}

async function ensureServers(profile, signal) {
  const folder = join(ROOT, "scripts", "servers");
  const files = PROFILES[profile] ?? (await readdir(folder)).filter((file) => file.endsWith(".mjs")).sort();
  const env = {};
  const failures = [];
  for (const file of files) {
    try {
      const server = await import(pathToFileURL(join(folder, file)).href);
      const ready = await server.ensure({ cacheDir: payerhubCache(), log, signal });
      Object.assign(env, ready.env);
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return env;
}

/** Runs the command with this process's terminal and ends as it ended. */
function runCommand([command, ...args], env, node) {
  return new Promise((resolve, reject) => {
    const executable = command === "node" ? node : command;
    const child = spawn(executable, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: "inherit" });
    let lastMs = 0;
    const forward = (signal) => {
      const echo = Date.now() - lastMs < SIGNAL_ECHO_MS;
      lastMs = Date.now();
      // With a terminal the kernel has already sent Ctrl-C to the child.
      if (!echo && !(signal === "SIGINT" && process.stdin.isTTY)) child.kill(signal);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

function major(version) {
  return Number(version.split(".")[0]);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    const interrupted = error.name === "AbortError";
    log(interrupted ? "stopped; run the command again to go on" : error.message);
    process.exitCode = interrupted ? 130 : 1;
  },
);
