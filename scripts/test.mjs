// Runs the tests: node scripts/test.mjs [--fast] [PATH-PART…]
// Unit tests (beside their files) in parallel processes, then what crosses processes (test/) one file at a time, because those
// share the machine's heavy servers. Ends with one line: "N passed, N failed". A skipped test counts as failed.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Two processes keep a two-core machine busy; more only make each other slow. */
const PARALLEL_FILES = 2;
/** The flow test with its kills is the slowest file; one that takes longer hangs. */
const FILE_TIMEOUT_MS = 20 * 60_000;
/** Files of test/servers that start a real server. */
const SERVERS = ["nats", "triton", "ferretdb", "versitygw"];
const SERVER_IMPORT = /from "[^"]*servers\/([a-z0-9-]+)\.ts"/g;
/** Tests of the house itself, which stand in test/ and need no server. */
const HOUSE = /^test\/(tidy|lint|setup)\b/;

async function testFiles() {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.test.ts"];
  const { stdout } = await promisify(execFile)("git", args, { cwd: ROOT, maxBuffer: 16_000_000 });
  const listed = [...new Set(stdout.split("\0"))].filter((path) => path !== "").sort((a, b) => a.localeCompare(b));
  const present = await Promise.all(
    listed.map((path) =>
      readFile(join(ROOT, path), "utf8").then(
        () => path,
        () => undefined,
      ),
    ),
  );
  return present.filter((path) => path !== undefined);
}

function choose(files, args) {
  const parts = args.filter((arg) => !arg.startsWith("--"));
  const fast = args.includes("--fast");
  const unknown = args.find((arg) => arg.startsWith("--") && arg !== "--fast");
  if (unknown !== undefined) throw new Error(`Cannot run the tests with "${unknown}": unknown option, must be --fast or parts of paths`);
  const chosen = files
    .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part)))
    .filter((path) => !fast || (!path.endsWith(".server.test.ts") && (!path.startsWith("test/") || HOUSE.test(path))));
  return { units: chosen.filter((path) => !path.startsWith("test/")), crossing: chosen.filter((path) => path.startsWith("test/")) };
}

/** Adds what one batch of files gave to the tally. */
async function runBatch(files, concurrency, tally) {
  if (files.length === 0) return;
  const stream = run({ files: files.map((path) => join(ROOT, path)), cwd: ROOT, concurrency, timeout: FILE_TIMEOUT_MS });
  stream.on("test:pass", ({ file, name }) => {
    // The runner passes a file that holds no test under the file's own name.
    if (name === file) tally.empty.push(file);
  });
  stream.on("test:fail", ({ file, name, details }) => {
    // A group fails with its tests; the cause is theirs.
    const { failureType, cause } = details.error;
    if (failureType !== "subtestsFailed")
      tally.failures.push({ file: file ?? "", name, cause: cause?.stack ?? String(cause ?? failureType) });
  });
  stream.on("test:summary", ({ file, counts }) => {
    // Each file has its own summary, with the tests of the suites that it imports; the one without a file is the batch's.
    if (file !== undefined && counts.passed > 0) tally.passedByFile.set(file, counts.passed);
    if (file !== undefined) return;
    tally.passed += counts.passed;
    tally.skipped += counts.skipped + counts.todo;
    tally.failed += counts.failed + counts.cancelled + counts.skipped + counts.todo;
  });
  const report = stream.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
}

/** Passed tests per real server, by what each test file imports from test/servers. */
async function countServers(tally) {
  const counts = new Map();
  for (const [file, passed] of tally.passedByFile) {
    const text = await readFile(file, "utf8");
    const servers = new Set([...text.matchAll(SERVER_IMPORT)].map((match) => match[1]).filter((name) => SERVERS.includes(name)));
    for (const server of servers) counts.set(server, (counts.get(server) ?? 0) + passed);
  }
  return SERVERS.flatMap((server) => (counts.has(server) ? [`${server} ${counts.get(server)}`] : []));
}

/** At most 20 lines of a failure's text without the test runner's own frames, further right than its heading. */
function indent(text) {
  return text
    .split("\n")
    .filter((line) => !/^\s+at .*node:internal/.test(line))
    .slice(0, 20)
    .map((line) => `    ${line}`)
    .join("\n");
}

async function main() {
  const { units, crossing } = choose(await testFiles(), process.argv.slice(2));
  /** @type {{ file: string, name: string, cause: string }[]} */
  const failures = [];
  const tally = { passed: 0, failed: 0, skipped: 0, passedByFile: new Map(), empty: [], failures };
  await runBatch(units, PARALLEL_FILES, tally);
  await runBatch(crossing, 1, tally);
  const files = `${tally.passedByFile.size} of ${units.length + crossing.length} files passed tests`;
  const servers = (await countServers(tally)).join(", ");
  console.log(`\n${files}${servers === "" ? "" : `; passed with real servers: ${servers}`}`);
  if (tally.passed + tally.failed === 0) console.log("no test ran, at least one must");
  const skipped = tally.skipped === 0 ? "" : `, ${tally.skipped} skipped`;
  for (const file of tally.empty) console.log(`${String(file)} holds no test, at least one must be in it`);
  // Once more at the end: whoever sees only the last lines of a long run still sees why it failed.
  for (const { file, name, cause } of tally.failures) console.log(`failed: ${relative(ROOT, file)}: ${name}\n${indent(cause)}`);
  tally.passed -= tally.empty.length;
  tally.failed += tally.empty.length;
  console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
  process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
