import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { freePort, spawnServer, temporaryFolder } from "./server.ts";

const START = { command: process.execPath, deadlineMs: 10_000 };
const ready = async () => undefined;
const script = (text: string) => ["-e", text];
const FOREVER = "setInterval(() => {}, 1000)";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(execFileSync("cat", [`/proc/${pid}/status`], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

test("a server is ready when its probe says so and gone with its children after disposal", async () => {
  await using folder = await temporaryFolder();
  const port = await freePort();
  const pidFile = join(folder.path, "child.pid");
  const text = `
    const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(FOREVER)}]);
    require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    setTimeout(() => require("node:net").createServer().listen(${port}, "127.0.0.1"), 200);`;
  let pid = 0;
  {
    await using server = await spawnServer({
      ...START,
      args: script(text),
      ready: async () =>
        await new Promise<void>((resolve, reject) => {
          const socket = connect(port, "127.0.0.1", () => resolve(void socket.destroy()));
          socket.on("error", reject);
        }),
    });
    pid = server.pid;
    assert.ok(isAlive(pid));
  }
  assert.equal(isAlive(pid), false);
  assert.equal(isAlive(Number(execFileSync("cat", [pidFile], { encoding: "utf8" }))), false, "a child was left");
});

test("a server that ignores SIGTERM is killed", async () => {
  const server = await spawnServer({ ...START, args: script(`process.on("SIGTERM", () => {}); ${FOREVER}`), ready });
  await server[Symbol.asyncDispose]();
  assert.equal(isAlive(server.pid), false);
});

test("a server that ends early fails at once with what it said; one that is never ready fails at the deadline", async () => {
  const early = spawnServer({
    ...START,
    args: script('console.error("no port for me"); process.exit(3)'),
    ready: async () => Promise.reject(new Error("refused")),
  });
  await assert.rejects(early, /exit code 3[\s\S]*no port for me/);
  const late = spawnServer({ ...START, args: script(FOREVER), deadlineMs: 300, ready: async () => Promise.reject(new Error("refused")) });
  await assert.rejects(late, /not ready within 300 ms/);
  await assert.rejects(spawnServer({ ...START, command: "/no/such/program", args: [], ready }), /ENOENT/);
});

test("a temporary folder is removed with what is in it, and a free port can be listened on", async () => {
  let path = "";
  {
    await using folder = await temporaryFolder();
    path = folder.path;
    await writeFile(join(path, "file"), "x");
  }
  assert.equal(existsSync(path), false);
  assert.ok((await freePort()) > 1_023);
});
