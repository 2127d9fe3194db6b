import assert from "node:assert/strict";
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../test/servers/server.ts";
import { PayerHubError } from "./error.ts";
import { loadOrCreateRootKey } from "./root-key.ts";

test("the first call makes a key that only the owner may read; later calls get the same", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "new", "root.key");
  const key = await loadOrCreateRootKey(path);
  assert.equal(key.length, 32);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await loadOrCreateRootKey(path), key);
});

test("callers that start together get one key and leave no other file", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "root.key");
  const keys = await Promise.all(Array.from({ length: 20 }, async () => await loadOrCreateRootKey(path)));
  assert.equal(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size, 1);
  assert.deepEqual(await readdir(folder.path), ["root.key"]);
});

test("a key of the wrong length or one that others may read is refused, never replaced", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "root.key");
  const refused = (error: unknown) => error instanceof PayerHubError && error.code === "FAILED_PRECONDITION";
  await writeFile(path, "short", { mode: 0o600 });
  await assert.rejects(loadOrCreateRootKey(path), refused);
  await writeFile(path, Buffer.alloc(32));
  await chmod(path, 0o640);
  await assert.rejects(loadOrCreateRootKey(path), refused);
  assert.equal((await stat(path)).size, 32);
});
