import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SETUP = join(ROOT, "setup.mjs");
const CACHE_MODULE = pathToFileURL(join(ROOT, "scripts", "cache.mjs")).href;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
}

async function end(child: ChildProcess): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => {
    printed.stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    printed.stderr += chunk.toString();
  });
  await once(child, "close");
  return { code: child.exitCode, ...printed };
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "payerhub-setup-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts a shell script on a PATH of its own. */
async function fakeCommand(folder: string, name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

test("setup passes arguments through, ends with the command's code and keeps standard output for the command", async () => {
  const script = "console.log(JSON.stringify(process.argv.slice(1))); process.exit(7)";
  const ended = await end(start([SETUP, "--profile", "none", "--", "node", "-e", script, "--", "--once", "--json", "a b"]));
  assert.equal(ended.code, 7);
  assert.equal(ended.stdout, '["--once","--json","a b"]\n');
});

test("setup runs the command on Node 24 or newer, with that Node and the packages' commands first on PATH", async () => {
  const script = 'const { execSync } = require("node:child_process"); console.log(process.version, String(execSync("node --version")))';
  const ended = await end(start([SETUP, "--profile", "none", "--", "node", "-e", script]));
  const [own, found] = ended.stdout.trim().split(/\s+/);
  assert.equal(own, found);
  assert.ok(Number(own?.slice(1).split(".")[0]) >= 24, own);
});

test("setup forwards SIGTERM and waits for the command to end", async () => {
  const script = 'process.on("SIGTERM", () => setTimeout(() => process.exit(9), 50)); console.log("up"); setInterval(() => {}, 1000)';
  const child = start([SETUP, "--profile", "none", "--", "node", "-e", script]);
  child.stdout?.once("data", () => child.kill("SIGTERM"));
  assert.equal((await end(child)).code, 9);
});

for (const args of [["--profile", "everything"], ["--profile"], ["start"], ["--profile", "none", "more"]]) {
  test(`setup refuses the arguments ${JSON.stringify(args)}`, async () => {
    const ended = await end(start([SETUP, ...args]));
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /must be \[--profile none\|start\|bench\|test\]/);
  });
}

test("setup takes a nats-server on PATH that is new enough, and tells the command where it is", async (t) => {
  const folder = await temporaryFolder(t);
  const server = await fakeCommand(folder, "nats-server", 'echo "nats-server: v2.15.0"');
  const env = {
    PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    XDG_CACHE_HOME: join(folder, "cache"),
    NATS_SERVER_BIN: "",
    OCR_ENGINE: "tesseract.js",
  };
  const ended = await end(start([SETUP, "--profile", "start", "--", "node", "-p", "process.env.NATS_SERVER_BIN"], env));
  assert.equal(ended.stdout.trim(), server);
});

test("setup passes over a nats-server that is too old, and says what a person can type when every way fails", async (t) => {
  const folder = await temporaryFolder(t);
  await fakeCommand(folder, "nats-server", 'echo "nats-server: v2.10.29"');
  for (const name of ["python3", "go"]) await fakeCommand(folder, name, 'echo "no network here" >&2; exit 1');
  const env = {
    PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    XDG_CACHE_HOME: join(folder, "cache"),
    NATS_SERVER_BIN: "",
    OCR_ENGINE: "tesseract.js",
  };
  const ended = await end(start([SETUP, "--profile", "start", "--", "node", "-e", "0"], env));
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /no network here/);
  assert.match(ended.stderr, /go install github\.com\/nats-io\/nats-server\/v2@v\d/);
  assert.deepEqual(await readdir(join(folder, "cache", "payerhub", "nats-server")), [], "nothing half done stays behind");
});

test("setup refuses a NATS_SERVER_BIN that does not exist", async () => {
  const ended = await end(start([SETUP, "--profile", "start"], { NATS_SERVER_BIN: "/nowhere/nats-server" }));
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /Cannot use NATS_SERVER_BIN "\/nowhere\/nats-server": no such file/);
});

test("setup refuses a TESSERACT_BIN that does not exist, and takes a tesseract on PATH that is new enough", async (t) => {
  const folder = await temporaryFolder(t);
  const nats = await fakeCommand(folder, "nats-server", "true");
  const program = await fakeCommand(folder, "tesseract", 'echo "tesseract 5.3.0"');
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}`, NATS_SERVER_BIN: nats, OCR_ENGINE: "", TESSERACT_BIN: "" };
  const command = [SETUP, "--profile", "start", "--", "node", "-p", "process.env.TESSERACT_BIN"];
  assert.equal((await end(start(command, env))).stdout.trim(), program);
  const refused = await end(start(command, { ...env, TESSERACT_BIN: "/nowhere/tesseract" }));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /Cannot use TESSERACT_BIN "\/nowhere\/tesseract": no such file/);
});

test("setup goes on with tesseract.js where neither a tesseract nor Debian's packages are to be had, and says so", async (t) => {
  const folder = await temporaryFolder(t);
  const nats = await fakeCommand(folder, "nats-server", "true");
  await fakeCommand(folder, "tesseract", 'echo "tesseract 4.1.1"');
  await fakeCommand(folder, "apt-get", 'echo "no network here" >&2; exit 1');
  const env = {
    PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    XDG_CACHE_HOME: join(folder, "cache"),
    NATS_SERVER_BIN: nats,
    OCR_ENGINE: "",
    TESSERACT_BIN: "",
  };
  const ended = await end(start([SETUP, "--profile", "start", "--", "node", "-p", "process.env.TESSERACT_BIN || 'none'"], env));
  assert.equal(ended.code, 0);
  assert.equal(ended.stdout.trim(), "none");
  assert.match(ended.stderr, /reading with tesseract\.js, two to three times slower/);
  assert.deepEqual(await readdir(join(folder, "cache", "payerhub", "tesseract")), [], "nothing half done stays behind");
});

/** A process that places `target` in the cache and notes each filling in `notes`. */
function placer(target: string, notes: string, fillMs: number): ChildProcess {
  const script = `
    import { appendFile, writeFile } from "node:fs/promises";
    import { join } from "node:path";
    import { setTimeout as delay } from "node:timers/promises";
    import { placeOnce } from ${JSON.stringify(CACHE_MODULE)};
    const [target, notes, fillMs] = process.argv.slice(1);
    const fill = async (folder) => {
      await appendFile(notes, "filled\\n");
      console.log("filling");
      await delay(Number(fillMs));
      await writeFile(join(folder, "server"), "whole");
    };
    await placeOnce({ target, fill, log: () => {} });`;
  return start(["--input-type=module", "-e", script, target, notes, String(fillMs)]);
}

test("parallel set-ups fill a place in the cache once", async (t) => {
  const folder = await temporaryFolder(t);
  const [target, notes] = [join(folder, "server", "1.0"), join(folder, "notes")];
  const ended = await Promise.all([1, 2, 3].map(() => end(placer(target, notes, 100))));
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0, 0],
  );
  assert.equal(await readFile(notes, "utf8"), "filled\n");
  assert.deepEqual(await readdir(dirname(target)), ["1.0"]);
});

test("a set-up after one that was killed takes over its lock and removes what it left", async (t) => {
  const folder = await temporaryFolder(t);
  const [target, notes] = [join(folder, "server", "1.0"), join(folder, "notes")];
  const killed = placer(target, notes, 60_000);
  killed.stdout?.once("data", () => killed.kill("SIGKILL"));
  await once(killed, "close");
  assert.equal((await readdir(dirname(target))).length, 2, "a lock and a temporary folder");
  assert.equal((await end(placer(target, notes, 0))).code, 0);
  assert.deepEqual(await readdir(dirname(target)), ["1.0"]);
  assert.equal(await readFile(join(target, "server"), "utf8"), "whole");
});

test("a fill that fails leaves nothing behind", async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "server"));
  const script = `import { placeOnce } from ${JSON.stringify(CACHE_MODULE)};
    await placeOnce({ target: process.argv[1], fill: async () => { throw new Error("planted"); }, log: () => {} });`;
  const ended = await end(start(["--input-type=module", "-e", script, join(folder, "server", "1.0")]));
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /planted/);
  assert.deepEqual(await readdir(join(folder, "server")), []);
});
