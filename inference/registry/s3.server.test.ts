import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/servers/server.ts";
import { startVersitygw } from "../../test/servers/versitygw.ts";
import { openObjects } from "../../runtime/objects/open.ts";
import { systemWorld } from "../../runtime/world.ts";
import { registryConformance } from "./conformance.ts";
import { writeSampleModel } from "./conformance-model.ts";
import { pullModel } from "./pull.ts";
import { pushModel } from "./push.ts";

const { signal } = new AbortController();

registryConformance("S3", {
  temporaryFolder,
  open: async () => {
    const server = await startVersitygw();
    const objects = await openObjects(server.url, { world: systemWorld() });
    return {
      objects,
      // versitygw looks first and writes then.
      atomic: false,
      damage: async (_, key) => {
        if (server.dataPath === undefined) {
          await objects.put(key, { bytes: Buffer.from("other bytes") }, { contentType: "application/octet-stream", signal });
          return;
        }
        const path = join(server.dataPath, key);
        const bytes = await readFile(path);
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
      [Symbol.asyncDispose]: async () => {
        await objects.close();
        await server[Symbol.asyncDispose]();
      },
    };
  },
});

test("what one process pushed another one pulls, and a dead server is told as one that may come back", async () => {
  await using server = await startVersitygw();
  await using folder = await temporaryFolder();
  const open = async () => ({ objects: await openObjects(server.url, { world: systemWorld() }), world: systemWorld() });
  const [left, right] = [await open(), await open()];
  const { digest } = await pushModel(left, await writeSampleModel(folder.path, { name: "sent", weights: "a" }), { signal });
  const into = join(folder.path, "repository");
  const pulled = await pullModel(right, { name: "sent", version: 1 }, { into, signal });
  assert.equal(pulled.changed, true);
  assert.match(digest, /^[0-9a-f]{64}$/);
  if (server.server !== undefined) {
    await server.server.kill("SIGKILL");
    await assert.rejects(pullModel(right, { name: "sent", version: 1 }, { into, signal }), { code: "UNAVAILABLE" });
  }
  for (const registry of [left, right]) await registry.objects.close();
});
