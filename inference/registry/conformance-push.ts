import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isCode, never, type RegistrySuite } from "./conformance-kit.ts";
import { samplePaths, writeSampleModel } from "./conformance-model.ts";
import { pushModel } from "./push.ts";
import { listVersions, readManifest } from "./registry.ts";
import { verifyVersion } from "./verify.ts";

const signal = never();

/** Versions that are whole or not there. */
export function pushConformance(get: () => RegistrySuite): void {
  test("a pushed version is described by signature, card, warm-up and files", async () => {
    const { registry, fresh } = get();
    const { manifest, created } = await pushModel(registry, await writeSampleModel(await fresh(), { name: "pushed", weights: "a" }), {
      signal,
    });
    assert.equal(created, true);
    assert.deepEqual(manifest.signature, {
      inputs: [{ name: "input_ids", datatype: "INT64", shape: [-1, -1] }],
      outputs: [{ name: "logits", datatype: "FP32", shape: [-1, -1, 5] }],
    });
    assert.deepEqual([manifest.title, manifest.license, manifest.warmup], ["Model card: pushed", "Apache-2.0", ["b1_s16"]]);
    assert.deepEqual(
      manifest.files.map(({ path }) => path),
      samplePaths(),
    );
    assert.deepEqual(await listVersions(registry, "pushed", signal), [{ name: "pushed", version: 1 }]);
    assert.deepEqual(await readManifest(registry, { name: "pushed", version: 1 }, signal), manifest);
  });

  test("the same content again is no error and sends nothing, another content is refused", async () => {
    const { registry, fresh } = get();
    const [same, other] = [await fresh(), await fresh()];
    const first = await pushModel(registry, await writeSampleModel(same, { name: "again", weights: "a" }), { signal });
    const sent: string[] = [];
    const second = await pushModel(registry, join(same, "again"), { onFile: ({ path }) => sent.push(path), signal });
    assert.deepEqual([second.created, second.digest, second.manifest], [false, first.digest, first.manifest]);
    assert.deepEqual(sent, []);
    const otherFolder = await writeSampleModel(other, { name: "again", weights: "b" });
    await assert.rejects(pushModel(registry, otherFolder, { signal }), isCode("ALREADY_EXISTS", /needs another version/));
    assert.equal((await verifyVersion(registry, { name: "again", version: 1 }, signal)).intact, true);
  });

  test("files that two versions share are sent once", async () => {
    const { registry, fresh } = get();
    const parent = await fresh();
    const folder = await writeSampleModel(parent, { name: "sharing", weights: "a" });
    await pushModel(registry, folder, { signal });
    await writeSampleModel(parent, { name: "sharing", version: 2, weights: "b" });
    const sent: string[] = [];
    await pushModel(registry, folder, { version: 2, onFile: ({ path }, was) => was && sent.push(path), signal });
    assert.deepEqual(sent, ["2/model.onnx", "2/model.onnx.data"]);
  });
}

/** Pushes that race, are cut, or read what changes. */
export function disturbedPushConformance(get: () => RegistrySuite): void {
  test("of concurrent pushes of one version one content is kept whole; who was told so has it", async () => {
    const { registry, storage, fresh } = get();
    const folders = await Promise.all(
      Array.from({ length: 6 }, async (_, at) => await writeSampleModel(await fresh(), { name: "raced", weights: `w${at % 3}` })),
    );
    const results = await Promise.allSettled(folders.map(async (folder) => await pushModel(registry, folder, { signal })));
    const kept = await pushModel(registry, folders[results.findIndex(({ status }) => status === "fulfilled")] ?? "", { signal }).catch(
      () => undefined,
    );
    const verdict = await verifyVersion(registry, { name: "raced", version: 1 }, signal);
    assert.equal(verdict.intact, true);
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.digest] : []));
    assert.ok(won.length > 0);
    if (storage.atomic) {
      assert.deepEqual([...new Set(won)], [kept?.digest]);
      assert.equal(results.filter((result) => result.status === "fulfilled" && result.value.created).length, 1);
    }
    for (const result of results)
      if (result.status === "rejected") assert.ok(isCode("ALREADY_EXISTS")(result.reason), String(result.reason));
  });

  test("a push that is cut after any file shows nothing, and the next one completes it", async () => {
    const { registry, fresh } = get();
    const parent = await fresh();
    for (const cutAfter of samplePaths().keys()) {
      const name = `cut${cutAfter}`;
      const folder = await writeSampleModel(parent, { name, weights: `cut ${cutAfter}` });
      const aborter = new AbortController();
      let sent = 0;
      const onFile = () => void (sent++ === cutAfter && aborter.abort());
      await assert.rejects(pushModel(registry, folder, { onFile, signal: aborter.signal }), isCode("CANCELLED"));
      assert.deepEqual(await listVersions(registry, name, signal), []);
      await assert.rejects(readManifest(registry, { name, version: 1 }, signal), isCode("NOT_FOUND"));
      assert.equal((await pushModel(registry, folder, { signal })).created, true);
      assert.equal((await verifyVersion(registry, { name, version: 1 }, signal)).intact, true);
    }
  });

  test("a file that changes while it is pushed breaks the push and stores no wrong bytes", async () => {
    const { registry, fresh } = get();
    const folder = await writeSampleModel(await fresh(), { name: "moving", weights: "a" });
    const change = async () => await appendFile(join(folder, "configs/gpu.pbtxt"), "# changed\n");
    let changed: Promise<void> | undefined;
    const pushed = pushModel(registry, folder, { onFile: () => void (changed ??= change()), signal });
    await assert.rejects(pushed, isCode("ABORTED", /changed while it was read/));
    await changed;
    assert.deepEqual(await listVersions(registry, "moving", signal), []);
  });
}
