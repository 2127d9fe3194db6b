import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../../test/servers/server.ts";
import { createFolderObjects } from "../../runtime/objects/folder.ts";
import type { ObjectStore } from "../../runtime/objects/objects.ts";
import { systemWorld } from "../../runtime/world.ts";
import { isCode } from "./conformance-kit.ts";
import { readSmallObject } from "./small-object.ts";

const { signal } = new AbortController();
const limits = { maxBytes: 100, signal };
const KEY = "models/manifests/raced/0000000001";

/** A store where other writers replace the object after each of the first look-ups. */
async function overtaken(objects: ObjectStore, replacements: number): Promise<Pick<ObjectStore, "head" | "readAll">> {
  const write = async (text: string) => await objects.put(KEY, { bytes: Buffer.from(text) }, { contentType: "a/b", signal });
  await write("first");
  let left = replacements;
  return {
    head: async (key) => {
      const ref = await objects.head(key, signal);
      if (left > 0) await write(`other ${left--}`);
      return ref;
    },
    readAll: objects.readAll,
  };
}

async function withObjects(body: (objects: ObjectStore) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const objects = await createFolderObjects({ root: folder.path, world: systemWorld() });
  await body(objects);
  await objects.close();
}

test("a reading that a writer overtakes reads what stands there then", async () => {
  await withObjects(async (objects) => {
    const bytes = await readSmallObject(await overtaken(objects, 5), KEY, limits);
    assert.equal(Buffer.from(bytes ?? []).toString(), "other 1");
  });
});

test("a reading that is overtaken again and again, and one of damaged bytes, is a loss of data", async () => {
  await withObjects(async (objects) => {
    await assert.rejects(readSmallObject(await overtaken(objects, 1_000), KEY, limits), isCode("DATA_LOSS"));
    const wrong = { ...(await objects.head(KEY, signal)), key: KEY, sha256: "0".repeat(64), sizeBytes: 5n, contentType: "a/b" };
    let looked = 0;
    const damaged = { head: async () => (looked++, await Promise.resolve(wrong)), readAll: objects.readAll };
    await assert.rejects(readSmallObject(damaged, KEY, limits), isCode("DATA_LOSS"));
    assert.equal(looked, 2);
  });
});

test("what is not there, or is gone when it is read, is undefined", async () => {
  await withObjects(async (objects) => {
    assert.equal(await readSmallObject(objects, KEY, limits), undefined);
    const store = await overtaken(objects, 0);
    const head = async (key: string) => {
      const ref = await store.head(key, signal);
      await objects.remove(key, signal);
      return ref;
    };
    assert.equal(await readSmallObject({ ...store, head }, KEY, limits), undefined);
  });
});
