import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startVersitygw } from "../../test/servers/versitygw.ts";
import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import { systemWorld } from "../world.ts";
import { objectsConformance } from "./conformance.ts";
import { openObjects } from "./open.ts";

const world = systemWorld();
const signal = new AbortController().signal;
const isCode = (code: Code) => (error: unknown) => error instanceof PayerHubError && error.code === code;

objectsConformance(
  "S3",
  async () => {
    const server = await startVersitygw();
    const store = await openObjects(server.url, { world });
    return {
      store,
      reopen: async () => await openObjects(server.url, { world }),
      damage: async (ref) => {
        if (server.dataPath === undefined) {
          await store.put(ref.key, { bytes: Buffer.from("other bytes") }, { contentType: ref.contentType, signal });
          return;
        }
        const path = join(server.dataPath, ref.key);
        const bytes = await readFile(path);
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
      [Symbol.asyncDispose]: async () => {
        await store.close();
        await server[Symbol.asyncDispose]();
      },
    };
  },
  { atomicPutIfAbsent: false },
);

test("large uploads leave nothing in the staging place, also when they fail", async () => {
  await using server = await startVersitygw();
  const store = await openObjects(server.url, { world });
  const sizeBytes = 9 * 1024 * 1024;
  async function* broken() {
    yield new Uint8Array(sizeBytes - 1);
    throw new PayerHubError("UNAVAILABLE", "read the source: cut");
  }
  async function* whole() {
    yield new Uint8Array(sizeBytes);
  }
  const put = { contentType: "a/b", signal };
  await assert.rejects(store.put("t/a", { stream: broken(), sizeBytes }, put), isCode("UNAVAILABLE"));
  await store.put("t/b", { stream: whole(), sizeBytes }, put);
  assert.equal(await store.putIfAbsent("t/c", { stream: whole(), sizeBytes }, put), true);
  assert.deepEqual(await Array.fromAsync(store.list("", signal)), ["t/b", "t/c"]);
  if (server.dataPath !== undefined) assert.deepEqual(await readdir(join(server.dataPath, ".staging")).catch(() => []), []);
  await store.close();
});

test("list goes on past the server's page of 1,000", async () => {
  await using server = await startVersitygw();
  const store = await openObjects(server.url, { world });
  const keys = Array.from({ length: 1_100 }, (_, at) => `p/k${String(at).padStart(4, "0")}`);
  for (let at = 0; at < keys.length; at += 50) {
    const some = keys.slice(at, at + 50);
    await Promise.all(some.map(async (key) => await store.put(key, { bytes: Buffer.from(key) }, { contentType: "a/b", signal })));
  }
  assert.deepEqual(await Array.fromAsync(store.list("p/", signal)), keys);
  await store.close();
});

test("wrong credentials, a missing bucket and a dead server have codes of their own", async () => {
  await using server = await startVersitygw();
  const put = async (url: string) => {
    const store = await openObjects(url, { world });
    try {
      await store.put("t/a", { bytes: Buffer.from("x") }, { contentType: "a/b", signal });
    } finally {
      await store.close();
    }
  };
  await put(server.url);
  await assert.rejects(put(server.url.replace("-secret@", "-wrong@")), isCode("UNAUTHENTICATED"));
  await assert.rejects(put(server.url.replace("/payerhub?", "/nobucket?")), isCode("FAILED_PRECONDITION"));
  if (server.server === undefined) return;
  await server.server.kill("SIGKILL");
  await assert.rejects(put(server.url), isCode("UNAVAILABLE"));
});
