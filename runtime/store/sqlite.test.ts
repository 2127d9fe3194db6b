import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { z } from "zod";
import { temporaryFolder } from "../../test/servers/server.ts";
import { PayerHubError } from "../error.ts";
import { systemWorld } from "../world.ts";
import { conformanceSeal, storeConformance } from "./conformance.ts";
import { createSqliteStore } from "./sqlite.ts";
import type { CollectionSpec } from "./store.ts";

const world = systemWorld();
const signal = new AbortController().signal;
const counter: CollectionSpec<{ at: number }> = {
  name: "counters",
  schema: z.strictObject({ at: z.number() }),
  indexes: { byAt: (value) => [value.at] },
};

storeConformance("SQLite", async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, "store.db");
  const store = await createSqliteStore({ path, seal: conformanceSeal, world });
  return {
    store,
    reopen: async (seal = conformanceSeal) => await createSqliteStore({ path, seal, world }),
    rawBytes: async () =>
      Buffer.concat(await Promise.all((await readdir(folder.path)).map(async (file) => await readFile(join(folder.path, file))))),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});

test("the file and its logs may be read by their owner only", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "new", "store.db");
  const store = await createSqliteStore({ path, seal: conformanceSeal, world });
  await (await store.collection(counter)).insert("t", "a", { at: 1 }, signal);
  for (const file of await readdir(join(folder.path, "new"))) {
    assert.equal((await stat(join(folder.path, "new", file))).mode & 0o777, 0o600, file);
  }
  await store.close();
});

test("a find is a search of the index, not a scan", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "store.db");
  const store = await createSqliteStore({ path, seal: conformanceSeal, world });
  await store.collection(counter);
  const db = new DatabaseSync(path);
  const plan = db
    .prepare(
      'EXPLAIN QUERY PLAN SELECT r.body FROM "counters.index" AS e CROSS JOIN "counters" AS r ON r.tenant = e.tenant AND r.id = e.id ' +
        "WHERE e.name = ? AND e.tenant = ? AND e.key >= ? AND e.key < ? ORDER BY e.key LIMIT ?",
    )
    .all("byAt", "t", "a", "b", 10)
    .map((row) => String(row["detail"]));
  assert.equal(plan.length, 2);
  for (const step of plan) assert.match(step, /^SEARCH .* USING/);
  db.close();
  await store.close();
});

test("every write that was acknowledged is there after a kill, with its index", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "store.db");
  const writer = `
    import { z } from "zod";
    import { conformanceSeal } from ${JSON.stringify(join(import.meta.dirname, "conformance.ts"))};
    import { createSqliteStore } from ${JSON.stringify(join(import.meta.dirname, "sqlite.ts"))};
    import { systemWorld } from ${JSON.stringify(join(import.meta.dirname, "..", "world.ts"))};
    const store = await createSqliteStore({ path: process.argv[1], seal: conformanceSeal, world: systemWorld() });
    const spec = { name: "counters", schema: z.strictObject({ at: z.number() }), indexes: { byAt: (value) => [value.at] } };
    const counters = await store.collection(spec);
    const signal = new AbortController().signal;
    for (let at = 0; ; at += 1) {
      await Promise.all([0, 1, 2].map((part) => counters.insert("t", process.argv[2] + "-" + at + "-" + part, { at }, signal)));
      console.log(at);
    }`;
  const acknowledged: string[] = [];
  const children = ["p", "q"].map((name) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", writer, path, name], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: import.meta.dirname,
    });
    child.stdout.setEncoding("utf8").on("data", (lines: string) => {
      for (const at of lines.trim().split("\n")) acknowledged.push(...[0, 1, 2].map((part) => `${name}-${at}-${part}`));
      if (acknowledged.length > 300) child.kill("SIGKILL");
    });
    return child;
  });
  await Promise.all(children.map(async (child) => await once(child, "close")));
  const store = await createSqliteStore({ path, seal: conformanceSeal, world });
  const counters = await store.collection(counter);
  const found = new Set<string>();
  let after: string | undefined;
  do {
    const page = await counters.find("t", { index: "byAt", prefix: [], limit: 500, signal, ...(after === undefined ? {} : { after }) });
    for (const item of page.items) found.add(item.id);
    after = page.next;
  } while (after !== undefined);
  for (const id of acknowledged) assert.ok(found.has(id), `${id} was acknowledged and is gone`);
  assert.equal(found.size % 3, 0, "a transaction was torn");
  await store.close();
});

test("a file that is no database reads as DATA_LOSS, a folder as a failed precondition", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "store.db");
  await writeFile(path, "this is no database, and long enough to be looked at ".repeat(50));
  await assert.rejects(
    createSqliteStore({ path, seal: conformanceSeal, world }),
    (error) => error instanceof PayerHubError && error.code === "DATA_LOSS",
  );
  await assert.rejects(createSqliteStore({ path: folder.path, seal: conformanceSeal, world }), PayerHubError);
});

test("a writer waits for another process's lock without blocking the thread, and gives up when its signal says so", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "store.db");
  const store = await createSqliteStore({ path, seal: conformanceSeal, world });
  const counters = await store.collection(counter);
  const locker = new DatabaseSync(path);
  locker.exec("BEGIN IMMEDIATE");
  let turns = 0;
  const ticker = setInterval(() => {
    turns += 1;
    if (turns === 10) locker.exec("COMMIT");
  }, 1);
  assert.equal((await counters.insert("t", "a", { at: 1 }, signal)).version, 1);
  clearInterval(ticker);
  assert.ok(turns >= 10, "the write did not wait for the lock");
  locker.close();
  await store.close();
});
