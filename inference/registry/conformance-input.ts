import assert from "node:assert/strict";
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promote, resolveChannel, rollback } from "./channel.ts";
import { isCode, never, type RegistrySuite } from "./conformance-kit.ts";
import { writeSampleModel } from "./conformance-model.ts";
import { manifestKey } from "./keys.ts";
import { pullModel } from "./pull.ts";
import { pushModel } from "./push.ts";
import { listVersions, readManifest } from "./registry.ts";

const signal = never();
const by = "ines";

/** Folders that are no model, names that nothing has, manifests that are none. */
export function inputConformance(get: () => RegistrySuite): void {
  const spoiled: readonly (readonly [string, (folder: string) => Promise<void>, RegExp])[] = [
    ["no configuration", async (folder) => await rm(join(folder, "config.pbtxt")), /no "config\.pbtxt"/],
    ["no card", async (folder) => await rm(join(folder, "CARD.md")), /no "CARD\.md"/],
    ["no license", async (folder) => await writeFile(join(folder, "CARD.md"), "# Card\n"), /"- License: …"/],
    ["no version", async (folder) => await rm(join(folder, "1"), { recursive: true }), /0 version folders/],
    [
      "two versions",
      async (folder) => await mkdir(join(folder, "2")).then(async () => await writeFile(join(folder, "2", "m"), "")),
      /2 version folders/,
    ],
    ["a missing warm-up file", async (folder) => await rm(join(folder, "warmup"), { recursive: true }), /warm-up file "b1_s16_input_ids"/],
    ["another name", async (folder) => await appendFile(join(folder, "configs/gpu.pbtxt"), 'name: "x"\n'), /gpu\.pbtxt/],
    [
      "another signature",
      async (folder) => await appendFile(join(folder, "configs/gpu.pbtxt"), 'input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }'),
      /signature/,
    ],
    [
      "a policy for another version",
      async (folder) => await appendFile(join(folder, "config.pbtxt"), "version_policy: { specific: { versions: [ 2 ] } }\n"),
      /version policy names 2/,
    ],
    ["a configuration that is none", async (folder) => await writeFile(join(folder, "config.pbtxt"), "input ["), /./],
    ["a file name with a space", async (folder) => await writeFile(join(folder, "a b"), ""), /files\.\d\.path/],
  ];
  for (const [what, spoil, text] of spoiled) {
    test(`a folder with ${what} is refused and leaves nothing`, async () => {
      const { registry, fresh } = get();
      const folder = await writeSampleModel(await fresh(), { name: "spoiled", weights: "a" });
      await spoil(folder);
      await assert.rejects(pushModel(registry, folder, { signal }), isCode("INVALID_ARGUMENT", text));
      assert.deepEqual(await listVersions(registry, "spoiled", signal), []);
    });
  }

  test("unknown folders, names, versions and channels have codes", async () => {
    const { registry, fresh } = get();
    const into = await fresh();
    await assert.rejects(pushModel(registry, join(into, "none"), { signal }), isCode("NOT_FOUND"));
    await assert.rejects(readManifest(registry, { name: "nobody", version: 1 }, signal), isCode("NOT_FOUND"));
    await assert.rejects(pullModel(registry, { name: "nobody", version: 1 }, { into, signal }), isCode("NOT_FOUND"));
    await assert.rejects(readManifest(registry, { name: "../up", version: 1 }, signal), isCode("INVALID_ARGUMENT"));
    await assert.rejects(readManifest(registry, { name: "a", version: 0 }, signal), isCode("INVALID_ARGUMENT"));
    await assert.rejects(resolveChannel(registry, { name: "nobody", channel: "stable" }, signal), isCode("NOT_FOUND"));
    await assert.rejects(rollback(registry, { name: "nobody", channel: "stable" }, { by, signal }), isCode("FAILED_PRECONDITION"));
    await assert.rejects(promote(registry, { name: "nobody", version: 1, channel: "stable" }, { by, signal }), isCode("NOT_FOUND"));
  });

  test("a manifest that is none, or of another version, is DATA_LOSS", async () => {
    const { registry, fresh } = get();
    await pushModel(registry, await writeSampleModel(await fresh(), { name: "forged", weights: "a" }), { signal });
    const bytes = Buffer.from(JSON.stringify(await readManifest(registry, { name: "forged", version: 1 }, signal)));
    const put = { contentType: "application/json", signal };
    const escaping = bytes.toString().replaceAll("labels.txt", "../../labels");
    for (const [version, text] of [bytes.toString(), "{", "null", escaping].entries()) {
      await registry.objects.put(manifestKey("forged", version + 2), { bytes: Buffer.from(text) }, put);
      await assert.rejects(
        readManifest(registry, { name: "forged", version: version + 2 }, signal),
        isCode("DATA_LOSS"),
        text.slice(0, 40),
      );
    }
  });
}
