import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/servers/server.ts";
import { createFolderObjects } from "../../runtime/objects/folder.ts";
import { systemWorld } from "../../runtime/world.ts";
import { registryConformance } from "./conformance.ts";
import { writeSampleModel } from "./conformance-model.ts";
import { listVersions } from "./registry.ts";
import { verifyVersion } from "./verify.ts";

registryConformance("a folder", {
  temporaryFolder,
  open: async () => {
    const folder = await temporaryFolder();
    const objects = await createFolderObjects({ root: folder.path, world: systemWorld() });
    return {
      objects,
      atomic: true,
      damage: async (sha256) => {
        const path = join(folder.path, "blobs", sha256.slice(0, 2), sha256);
        const bytes = await readFile(path);
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
      [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
    };
  },
});

test("a process that is killed while it pushes leaves whole versions only", async () => {
  await using folder = await temporaryFolder();
  const signal = AbortSignal.timeout(40_000);
  const root = join(folder.path, "objects");
  const models = await Promise.all(
    Array.from(
      { length: 40 },
      async (_, at) => await writeSampleModel(join(folder.path, String(at)), { name: `m${at}`, weights: `weights ${at}` }),
    ),
  );
  const source = (...path: readonly string[]) => JSON.stringify(join(import.meta.dirname, ...path));
  const pusher = `
    import { createFolderObjects } from ${source("..", "..", "runtime", "objects", "folder.ts")};
    import { systemWorld } from ${source("..", "..", "runtime", "world.ts")};
    import { pushModel } from ${source("push.ts")};
    const [root, ...models] = process.argv.slice(1);
    const registry = { objects: await createFolderObjects({ root, world: systemWorld() }), world: systemWorld() };
    for (const model of models) {
      await pushModel(registry, model, { signal: new AbortController().signal });
      console.log(model);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", pusher, root, ...models], { stdio: ["ignore", "pipe", "inherit"] });
  let pushed = "";
  child.stdout.setEncoding("utf8").on("data", (lines: string) => {
    pushed += lines;
    if (pushed.split("\n").length > 5) child.kill("SIGKILL");
  });
  await once(child, "close");
  const registry = { objects: await createFolderObjects({ root, world: systemWorld() }), world: systemWorld() };
  const versions = await listVersions(registry, undefined, signal);
  const told = pushed.split("\n").length - 1;
  assert.ok(versions.length >= told && versions.length < models.length, `${versions.length} versions, ${told} were told`);
  for (const version of versions) assert.equal((await verifyVersion(registry, version, signal)).intact, true);
});
