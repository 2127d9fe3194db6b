// Every check that needs no server: node scripts/ok.mjs [NAME…]. All run even when one fails; a table closes; exit 1 on any failure.
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { run } from "./child.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CHECK_TIMEOUT_MS = 10 * 60_000;
/** Compilers and linters use several threads of their own. */
const PARALLEL_CHECKS = Math.min(2, availableParallelism());

const CHECKS = [
  { name: "types", command: "tsc", args: ["--noEmit", "-p", "."], repair: "" },
  { name: "lint", command: "oxlint", args: ["--deny-warnings"], repair: "" },
  { name: "format", command: "biome", args: ["format", "."], repair: "npm run format" },
  {
    name: "tidy",
    command: "node",
    args: ["--test", "--test-reporter=dot", "test/tidy.test.ts", "test/lint.test.ts", "test/tidy/*.test.ts"],
    repair: "",
  },
  { name: "unused", command: "knip", args: ["--no-progress"], repair: "" },
  { name: "proto", command: "node", args: ["scripts/proto.mjs", "--check"], repair: "npm run proto" },
];

async function runCheck(check) {
  const began = Date.now();
  const executable = check.command === "node" ? process.execPath : join(ROOT, "node_modules", ".bin", check.command);
  const result = await run(executable, check.args, { cwd: ROOT, timeoutMs: CHECK_TIMEOUT_MS });
  return { ...check, ok: result.code === 0, seconds: (Date.now() - began) / 1000, output: `${result.stdout}${result.stderr}`.trim() };
}

/** Runs the checks a few at a time; results stand in the order of the list. */
async function runAll(checks) {
  const results = [];
  const queue = [...checks.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await runCheck(next[1]);
  };
  await Promise.all(Array.from({ length: PARALLEL_CHECKS }, worker));
  return results;
}

function chosen(names) {
  const unknown = names.find((name) => !CHECKS.some((check) => check.name === name));
  if (unknown !== undefined) {
    throw new Error(`Cannot run check "${unknown}": unknown, must be one of ${CHECKS.map((check) => check.name).join(", ")}`);
  }
  return names.length === 0 ? CHECKS : CHECKS.filter((check) => names.includes(check.name));
}

function row({ name, ok, seconds, repair }) {
  const mark = ok ? styleText("green", "ok    ") : styleText("red", "failed");
  return `${name.padEnd(8)} ${mark} ${seconds.toFixed(1).padStart(6)} s${ok || repair === "" ? "" : `   repair: ${repair}`}`;
}

try {
  const results = await runAll(chosen(process.argv.slice(2)));
  for (const { name, output } of results.filter((result) => !result.ok)) console.log(`── ${name} ──\n${output}\n`);
  for (const result of results) console.log(row(result));
  process.exitCode = results.every((result) => result.ok) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
