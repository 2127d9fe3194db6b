import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { MongoClient } from "mongodb";
import { z } from "zod";
import { startFerretdb } from "../../test/servers/ferretdb.ts";
import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import { conformanceSeal, storeConformance } from "./conformance.ts";
import { createMongoStore } from "./mongo.ts";

const signal = new AbortController().signal;
const isCode = (code: Code) => (error: unknown) => error instanceof PayerHubError && error.code === code;

storeConformance("MongoDB", async () => {
  const server = await startFerretdb();
  // A given server may be shared, so each run has a database of its own.
  const database = `test_${randomUUID().replaceAll("-", "")}`;
  const open = async (seal = conformanceSeal) => await createMongoStore({ url: server.url, database, seal, signal });
  const store = await open();
  return {
    store,
    reopen: open,
    rawBytes: async () => (server.dataPath === undefined ? undefined : await readTree(server.dataPath)),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      const client = new MongoClient(server.url);
      await client.db(database).dropDatabase();
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
});

/** All files below a folder; what PostgreSQL removes meanwhile is no loss. */
async function readTree(root: string): Promise<Buffer> {
  const names = await readdir(root, { recursive: true });
  const files = names.map(async (name) => ((await stat(join(root, name))).isFile() ? await readFile(join(root, name)) : Buffer.of()));
  return Buffer.concat(await Promise.all(files.map(async (file) => await file.catch(() => Buffer.of()))));
}

test("a server that is not there, goes away or refuses has a code of its own", async () => {
  const server = await startFerretdb();
  const url = server.url;
  const store = await createMongoStore({ url, database: "gone", seal: conformanceSeal, signal });
  const counters = await store.collection({ name: "counters", schema: z.strictObject({ at: z.number() }), indexes: {} });
  await counters.insert("t", "a", { at: 1 }, signal);
  if (server.server !== undefined) {
    await server.server.kill("SIGKILL");
    await assert.rejects(counters.get("t", "a", signal), isCode("UNAVAILABLE"));
    await assert.rejects(counters.get("t", "a", AbortSignal.timeout(100)), isCode("DEADLINE_EXCEEDED"));
    const aborted = AbortSignal.timeout(100);
    await assert.rejects(createMongoStore({ url, database: "gone", seal: conformanceSeal, signal: aborted }), isCode("DEADLINE_EXCEEDED"));
  }
  await store.close();
  await server[Symbol.asyncDispose]();
});
