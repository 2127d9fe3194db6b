import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createFolderMaker, syncFolder, writeDurably } from "./durable-file.ts";

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "payerhub-durable-"));
  t.after(async () => await rm(folder, { recursive: true }));
  return folder;
}

test("chunks stand in the file in their order, for its owner alone", async (t) => {
  const path = join(await folderFor(t), "file");
  await writeDurably(path, [Buffer.from("one "), new Uint8Array(), Buffer.from("two")]);
  assert.equal(await readFile(path, "utf8"), "one two");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a file that exists is left as it is", async (t) => {
  const path = join(await folderFor(t), "file");
  await writeDurably(path, [Buffer.from("first")]);
  await assert.rejects(writeDurably(path, [Buffer.from("second")]), { code: "EEXIST" });
  assert.equal(await readFile(path, "utf8"), "first");
});

test("an error of the source passes through", async (t) => {
  const failing = (async function* () {
    yield Buffer.from("some");
    throw new Error("the source broke");
  })();
  await assert.rejects(writeDurably(join(await folderFor(t), "file"), failing), /the source broke/);
});

test("a folder is made with its parents, once or again", async (t) => {
  const root = await folderFor(t);
  const makeFolder = createFolderMaker(root);
  for (let round = 0; round < 2; round += 1) await makeFolder(join(root, "a", "b"));
  assert.ok((await stat(join(root, "a", "b"))).isDirectory());
  await assert.rejects(syncFolder(join(root, "absent")), { code: "ENOENT" });
});
