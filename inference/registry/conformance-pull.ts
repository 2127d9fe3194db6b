import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promote } from "./channel.ts";
import { isCode, never, type RegistrySuite } from "./conformance-kit.ts";
import { samplePaths, writeSampleModel } from "./conformance-model.ts";
import { blobKey } from "./keys.ts";
import { LOCAL_MANIFEST, pullModel } from "./pull.ts";
import { pushModel } from "./push.ts";
import { readManifest } from "./registry.ts";
import { verifyVersion } from "./verify.ts";

const signal = never();
const by = "ines";

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** Model folders that appear whole. */
export function pullConformance(get: () => RegistrySuite): void {
  test("a pulled version is a model folder with the same bytes, and pulling again changes nothing", async () => {
    const { registry, fresh } = get();
    const [source, target] = [await fresh(), await fresh()];
    const folder = await writeSampleModel(source, { name: "pulled", weights: "a" });
    await pushModel(registry, folder, { signal });
    const into = join(target, "repository");
    const first = await pullModel(registry, { name: "pulled", version: 1 }, { into, signal });
    assert.deepEqual([first.changed, first.folder], [true, join(into, "pulled")]);
    assert.deepEqual(await filesBelow(first.folder), [...samplePaths(), LOCAL_MANIFEST].toSorted());
    for (const path of samplePaths()) assert.deepEqual(await readFile(join(first.folder, path)), await readFile(join(folder, path)), path);
    assert.equal((await pullModel(registry, { name: "pulled", version: 1 }, { into, signal })).changed, false);
    await writeFile(join(first.folder, "labels.txt"), "O\nB-drug\nI-DRUG\nB-DATE\nI-DATE\n");
    assert.equal((await pullModel(registry, { name: "pulled", version: 1 }, { into, signal })).changed, true);
    assert.deepEqual(await readdir(target), ["repository"]);
  });

  test("another version takes the place of the old one as a whole", async () => {
    const { registry, fresh } = get();
    const [source, into] = [await fresh(), join(await fresh(), "repository")];
    const folder = await writeSampleModel(source, { name: "moved", weights: "a" });
    await writeSampleModel(source, { name: "moved", version: 2, weights: "b" });
    for (const version of [1, 2]) await pushModel(registry, folder, { version, signal });
    await pullModel(registry, { name: "moved", version: 1 }, { into, signal });
    const { folder: pulled } = await pullModel(registry, { name: "moved", version: 2 }, { into, signal });
    assert.deepEqual(await filesBelow(pulled), [...samplePaths(2), LOCAL_MANIFEST].toSorted());
  });

  test("a pull that is cut after any file, or meets a damaged one, leaves what was there", async () => {
    const { registry, storage, fresh } = get();
    const [source, target] = [await fresh(), await fresh()];
    const into = join(target, "repository");
    const folder = await writeSampleModel(source, { name: "kept", weights: "a" });
    await writeSampleModel(source, { name: "kept", version: 2, weights: "c" });
    for (const version of [1, 2]) await pushModel(registry, folder, { version, signal });
    await pullModel(registry, { name: "kept", version: 1 }, { into, signal });
    const unchanged = async () => {
      assert.deepEqual(await filesBelow(join(into, "kept")), [...samplePaths(1), LOCAL_MANIFEST].toSorted());
      assert.deepEqual(await readdir(target), ["repository"]);
    };
    for (const cutAfter of samplePaths().keys()) {
      const aborter = new AbortController();
      let got = 0;
      const onFile = () => void (got++ === cutAfter && aborter.abort());
      const cut = pullModel(registry, { name: "kept", version: 2 }, { into, onFile, signal: aborter.signal });
      // After the last file nothing is left to cut.
      if (cutAfter === samplePaths().length - 1) assert.equal((await cut).changed, true);
      else await assert.rejects(cut, isCode("CANCELLED"));
      if (cutAfter < samplePaths().length - 1) await unchanged();
    }
    await pullModel(registry, { name: "kept", version: 1 }, { into, signal });
    const { files } = await readManifest(registry, { name: "kept", version: 2 }, signal);
    const weights = files.find(({ path }) => path === "2/model.onnx.data")?.sha256 ?? "";
    await storage.damage(weights, blobKey(weights));
    await assert.rejects(pullModel(registry, { name: "kept", version: 2 }, { into, signal }), isCode("DATA_LOSS"));
    await unchanged();
  });
}

/** Damage that is found before it is served. */
export function verifyConformance(get: () => RegistrySuite): void {
  test("a damaged and a missing file are told apart, refused for promotion, and healed by a repairing push", async () => {
    const { registry, storage, fresh } = get();
    const folder = await writeSampleModel(await fresh(), { name: "checked", weights: "v" });
    const { manifest } = await pushModel(registry, folder, { signal });
    const shaOf = (wanted: string) => manifest.files.find(({ path }) => path === wanted)?.sha256 ?? "";
    await storage.damage(shaOf("1/model.onnx.data"), blobKey(shaOf("1/model.onnx.data")));
    await storage.objects.remove(blobKey(shaOf("1/model.onnx")), signal);
    const { files, intact } = await verifyVersion(registry, { name: "checked", version: 1 }, signal);
    assert.equal(intact, false);
    assert.deepEqual(
      files.filter(({ state }) => state !== "intact").map(({ path, state }) => [path, state]),
      [
        ["1/model.onnx", "missing"],
        ["1/model.onnx.data", "damaged"],
      ],
    );
    const stable = { name: "checked", version: 1, channel: "stable" } as const;
    await assert.rejects(promote(registry, stable, { by, signal }), isCode("DATA_LOSS", /"1\/model\.onnx" is missing/));
    assert.equal((await pushModel(registry, folder, { repair: true, signal })).created, false);
    assert.equal((await verifyVersion(registry, { name: "checked", version: 1 }, signal)).intact, true);
    assert.equal((await promote(registry, stable, { by, signal })).version, 1);
  });
}
