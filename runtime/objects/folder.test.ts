import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/servers/server.ts";
import { PayerHubError } from "../error.ts";
import { systemWorld } from "../world.ts";
import { objectsConformance } from "./conformance.ts";
import { createFolderObjects } from "./folder.ts";

const world = systemWorld();
const signal = new AbortController().signal;
const put = { contentType: "text/plain", signal };

objectsConformance(
  "folder",
  async () => {
    const folder = await temporaryFolder();
    return {
      store: await createFolderObjects({ root: folder.path, world }),
      reopen: async () => await createFolderObjects({ root: folder.path, world }),
      damage: async (ref) => {
        const path = join(folder.path, "blobs", ref.sha256.slice(0, 2), ref.sha256);
        const bytes = await readFile(path);
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
      [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
    };
  },
  { atomicPutIfAbsent: true },
);

test("one key may be the beginning of another", async () => {
  await using folder = await temporaryFolder();
  const store = await createFolderObjects({ root: folder.path, world });
  for (const key of ["t/a/b", "t/a", "t/a/b/c"]) await store.put(key, { bytes: Buffer.from(key) }, put);
  assert.deepEqual(await Array.fromAsync(store.list("t/", signal)), ["t/a", "t/a/b", "t/a/b/c"]);
});

test("a damaged or foreign reference reads as DATA_LOSS", async () => {
  await using folder = await temporaryFolder();
  const store = await createFolderObjects({ root: folder.path, world });
  const isLoss = (error: unknown) => error instanceof PayerHubError && error.code === "DATA_LOSS";
  await store.put("t/a", { bytes: Buffer.from("x") }, put);
  for (const text of ["", "{", '{"sha256":"../../etc/passwd","sizeBytes":1,"contentType":"a/b"}']) {
    await writeFile(join(folder.path, "refs", "t", "a~"), text);
    await assert.rejects(store.head("t/a", signal), isLoss, text);
  }
});

test("old temporary files are removed at the start; young ones belong to someone", async () => {
  await using folder = await temporaryFolder();
  await createFolderObjects({ root: folder.path, world });
  const tmp = join(folder.path, "tmp");
  await writeFile(join(tmp, "old"), "x");
  await writeFile(join(tmp, "young"), "x");
  const twoHoursAgo = (Date.now() - 2 * 3_600_000) / 1_000;
  await utimes(join(tmp, "old"), twoHoursAgo, twoHoursAgo);
  await createFolderObjects({ root: folder.path, world });
  assert.deepEqual(await readdir(tmp), ["young"]);
});

test("failed and finished puts leave no temporary file", async () => {
  await using folder = await temporaryFolder();
  const store = await createFolderObjects({ root: folder.path, world });
  async function* broken() {
    yield Buffer.from("x");
    throw new Error("cut");
  }
  await store.put("t/a", { bytes: Buffer.from("x") }, put);
  await store.putIfAbsent("t/a", { bytes: Buffer.from("y") }, put);
  await assert.rejects(store.put("t/b", { stream: broken(), sizeBytes: 9 }, put));
  assert.deepEqual(await readdir(join(folder.path, "tmp")), []);
});

test("exactly one of several processes wins a key, and a kill leaves whole objects only", async () => {
  await using folder = await temporaryFolder();
  const writer = `
    import { createFolderObjects } from ${JSON.stringify(join(import.meta.dirname, "folder.ts"))};
    import { systemWorld } from ${JSON.stringify(join(import.meta.dirname, "..", "world.ts"))};
    const store = await createFolderObjects({ root: process.argv[1], world: systemWorld() });
    for (let at = 0; ; at += 1) {
      const won = await store.putIfAbsent("t/" + at, { bytes: Buffer.alloc(100_000, at) }, { contentType: "a/b", signal: new AbortController().signal });
      if (won) console.log(at);
    }`;
  const children = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", writer, folder.path], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  const won: number[] = [];
  const enough = new Promise<void>((resolve) => {
    for (const child of children) {
      child.stdout.setEncoding("utf8").on("data", (lines: string) => {
        won.push(...lines.trim().split("\n").map(Number));
        if (won.length >= 100) resolve();
      });
    }
  });
  await enough;
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map(async (child) => await once(child, "close")));
  assert.equal(new Set(won).size, won.length, "two processes won one key");
  const store = await createFolderObjects({ root: folder.path, world });
  const keys = await Array.fromAsync(store.list("t/", signal));
  assert.ok(keys.length >= won.length);
  for (const key of keys) {
    const ref = await store.head(key, signal);
    assert.ok(ref !== undefined);
    await store.readAll(ref, { maxBytes: 100_000, signal });
  }
});
