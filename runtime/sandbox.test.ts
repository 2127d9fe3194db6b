import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type Code, PayerHubError } from "./error.ts";
import { createSandboxPool, type SandboxPool, type SandboxPoolOptions } from "./sandbox.ts";

const MIB = 1024 * 1024;
const PATIENCE_MS = 20_000;

/** A child that does on request what hostile documents do by accident. */
const CHILD = `
import { serveSandbox } from ${JSON.stringify(new URL("./sandbox-child.ts", import.meta.url).href)};
import { PayerHubError } from ${JSON.stringify(new URL("./error.ts", import.meta.url).href)};
const held = [];
serveSandbox(async (request) => {
  if (request.act === "echo") return request;
  if (request.act === "pid") return process.pid;
  if (request.act === "environment") return Object.keys(process.env);
  if (request.act === "typed") throw new PayerHubError("FAILED_PRECONDITION", "open it: it is closed");
  if (request.act === "foreign") throw new Error("holds a member name");
  if (request.act === "die") process.kill(process.pid, "SIGKILL");
  if (request.act === "hang") return await new Promise(() => {});
  if (request.act === "spin") for (;;) held.length = 0;
  if (request.act === "grow") for (;;) { held.push(Buffer.alloc(8 * 1024 * 1024, 1)); await new Promise((done) => setTimeout(done, 2)); }
  if (request.act === "trap") new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,5,1,3,0,0,11]))).exports.f();
});
`;

let folder = "";
let script: URL;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "payerhub-sandbox-"));
  await writeFile(join(folder, "child.mjs"), CHILD);
  script = pathToFileURL(join(folder, "child.mjs"));
});

after(async () => {
  await rm(folder, { recursive: true });
});

async function withPool(options: Partial<SandboxPoolOptions>, act: (pool: SandboxPool) => Promise<void>): Promise<void> {
  const pool = createSandboxPool({
    script,
    args: [],
    size: 1,
    maxQueue: 8,
    maxHeapMiB: 128,
    maxRssBytes: 512 * MIB,
    cpuSeconds: 30,
    recycleAfter: 100,
    nice: 0,
    ...options,
  });
  try {
    await act(pool);
  } finally {
    await pool.stop();
  }
}

const options = (signal = new AbortController().signal) => ({ deadlineMs: PATIENCE_MS, signal });

function coded(code: Code): (error: unknown) => boolean {
  return (error) => error instanceof PayerHubError && error.code === code;
}

async function gone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await delay(50);
  }
  return false;
}

test("run carries buffers both ways without change", async () => {
  await withPool({}, async (pool) => {
    const pixels = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const answer = (await pool.run({ act: "echo", pixels }, options())) as { pixels: Uint8Array };
    assert.deepEqual(Buffer.from(answer.pixels), Buffer.from(pixels));
  });
});

test("run passes a typed error of the handler with its code and text", async () => {
  await withPool({}, async (pool) => {
    await assert.rejects(pool.run({ act: "typed" }, options()), (error) => {
      return error instanceof PayerHubError && error.code === "FAILED_PRECONDITION" && error.message === "open it: it is closed";
    });
  });
});

test("run keeps the text of a foreign error inside the child", async () => {
  await withPool({}, async (pool) => {
    await assert.rejects(pool.run({ act: "foreign" }, options()), (error) => {
      return error instanceof PayerHubError && error.code === "INTERNAL" && !error.message.includes("member");
    });
  });
});

test("a child sees no variable of its parent's environment", async () => {
  process.env.PAYERHUB_TEST_SECRET = "x";
  await withPool({}, async (pool) => {
    const names = (await pool.run({ act: "environment" }, options())) as string[];
    assert.equal(names.includes("PAYERHUB_TEST_SECRET"), false);
  });
  delete process.env.PAYERHUB_TEST_SECRET;
});

for (const act of ["hang", "spin"]) {
  test(`a request that ${act}s ends at its deadline and the next one is served by a new child`, async () => {
    await withPool({}, async (pool) => {
      const first = await pool.run({ act: "pid" }, options());
      await assert.rejects(pool.run({ act }, { ...options(), deadlineMs: 300 }), coded("DEADLINE_EXCEEDED"));
      const second = await pool.run({ act: "pid" }, options());
      assert.notEqual(first, second);
      assert.ok(await gone(Number(first)));
    });
  });
}

test("a request that takes more CPU than it may ends with RESOURCE_EXHAUSTED", async () => {
  await withPool({ cpuSeconds: 0.5 }, async (pool) => {
    await assert.rejects(pool.run({ act: "spin" }, options()), coded("RESOURCE_EXHAUSTED"));
  });
});

test("a request that grows over the memory limit ends with RESOURCE_EXHAUSTED", async () => {
  await withPool({ maxRssBytes: 200 * MIB }, async (pool) => {
    await assert.rejects(pool.run({ act: "grow" }, options()), coded("RESOURCE_EXHAUSTED"));
    assert.deepEqual(await pool.run({ act: "echo" }, options()), { act: "echo" });
  });
});

for (const act of ["die", "trap"]) {
  test(`a child that meets "${act}" costs its request only`, async () => {
    await withPool({}, async (pool) => {
      await assert.rejects(pool.run({ act }, options()), coded("INTERNAL"));
      assert.deepEqual(await pool.run({ act: "echo" }, options()), { act: "echo" });
    });
  });
}

test("a death in one child leaves the request of another alone", async () => {
  await withPool({ size: 2 }, async (pool) => {
    await Promise.all([pool.run({ act: "echo" }, options()), pool.run({ act: "echo" }, options())]);
    const dying = assert.rejects(pool.run({ act: "die" }, options()), coded("INTERNAL"));
    assert.deepEqual(await pool.run({ act: "echo" }, options()), { act: "echo" });
    await dying;
  });
});

test("an aborted request ends with CANCELLED and its child is killed", async () => {
  await withPool({}, async (pool) => {
    const pid = Number(await pool.run({ act: "pid" }, options()));
    const controller = new AbortController();
    const running = pool.run({ act: "hang" }, options(controller.signal));
    controller.abort();
    await assert.rejects(running, coded("CANCELLED"));
    assert.ok(await gone(pid));
  });
});

test("a caller that gives up while waiting leaves the queue", async () => {
  await withPool({ maxQueue: 1 }, async (pool) => {
    const lease = await pool.lease(options().signal);
    const controller = new AbortController();
    const waiting = pool.run({ act: "echo" }, options(controller.signal));
    controller.abort();
    await assert.rejects(waiting, coded("CANCELLED"));
    const next = pool.run({ act: "echo" }, options());
    lease.release();
    assert.deepEqual(await next, { act: "echo" });
  });
});

test("a full queue refuses with RESOURCE_EXHAUSTED", async () => {
  await withPool({ maxQueue: 1 }, async (pool) => {
    const lease = await pool.lease(options().signal);
    const waiting = pool.run({ act: "echo" }, options());
    await assert.rejects(pool.run({ act: "echo" }, options()), coded("RESOURCE_EXHAUSTED"));
    lease.release();
    await waiting;
  });
});

test("a lease keeps one child until it is replaced, and says so by its generation", async () => {
  await withPool({ size: 2 }, async (pool) => {
    const lease = await pool.lease(options().signal);
    const generation = lease.generation;
    const first = await lease.run({ act: "pid" }, options());
    assert.equal(await lease.run({ act: "pid" }, options()), first);
    assert.equal(lease.generation, generation);
    await assert.rejects(lease.run({ act: "die" }, options()), coded("INTERNAL"));
    assert.notEqual(lease.generation, generation);
    lease.release();
  });
});

test("a child is replaced after recycleAfter requests", async () => {
  await withPool({ recycleAfter: 2 }, async (pool) => {
    const pids = [];
    for (let index = 0; index < 4; index += 1) pids.push(await pool.run({ act: "pid" }, options()));
    assert.equal(pids[0], pids[1]);
    assert.notEqual(pids[1], pids[2]);
    assert.equal(pids[2], pids[3]);
  });
});

test("stop leaves no child, ends what runs and refuses what comes", async () => {
  await withPool({ size: 2 }, async (pool) => {
    const pids = await Promise.all([pool.run({ act: "pid" }, options()), pool.run({ act: "pid" }, options())]);
    const running = assert.rejects(pool.run({ act: "hang" }, options()));
    await pool.stop();
    await running;
    for (const pid of pids) assert.ok(await gone(Number(pid)));
    assert.deepEqual(pool.pids(), []);
    await assert.rejects(pool.run({ act: "echo" }, options()), coded("UNAVAILABLE"));
  });
});

test("children end when their parent is killed", async () => {
  const parent = `
import { createSandboxPool } from ${JSON.stringify(new URL("./sandbox.ts", import.meta.url).href)};
const pool = createSandboxPool({ script: new URL(${JSON.stringify(script.href)}), args: [], size: 1, maxQueue: 1, maxHeapMiB: 64, maxRssBytes: 1e9, cpuSeconds: 60, recycleAfter: 9, nice: 0 });
const options = { deadlineMs: 60000, signal: new AbortController().signal };
console.log(await pool.run({ act: "pid" }, options));
await pool.run({ act: "hang" }, options);
`;
  const path = join(folder, "parent.mjs");
  await writeFile(path, parent);
  const child = spawn(process.execPath, [path], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.ok(await gone(Number(line.toString().trim())));
});
