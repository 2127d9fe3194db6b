import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../../test/servers/server.ts";
import { modelNames, readModel } from "./repository.ts";

const CONFIG = 'input { name: "x" data_type: TYPE_FP32 dims: [1] } output { name: "y" data_type: TYPE_FP32 dims: [1] }';

async function addModel(folder: string, options: { readonly config?: string; readonly versions: readonly string[] }): Promise<void> {
  const model = join(folder, "m");
  await mkdir(model);
  await writeFile(join(model, "config.pbtxt"), `${CONFIG} ${options.config ?? ""}`);
  for (const version of options.versions) {
    await mkdir(join(model, version));
    await writeFile(join(model, version, "model.onnx"), "");
  }
}

describe("repository", () => {
  it("takes the newest numeric folder by default", async () => {
    await using folder = await temporaryFolder();
    await addModel(folder.path, { versions: ["1", "2", "10", "old", "0", "07"] });
    const model = await readModel(folder.path, "m");
    assert.deepEqual(model.versions, [
      { version: 10, folder: join(folder.path, "m"), modelPath: join(folder.path, "m", "10", "model.onnx") },
    ]);
  });

  it("follows the version policy", async () => {
    await using folder = await temporaryFolder();
    await addModel(folder.path, { config: "version_policy { specific { versions: [1, 2] } }", versions: ["1", "2", "3"] });
    assert.deepEqual(
      (await readModel(folder.path, "m")).versions.map(({ version }) => version),
      [1, 2],
    );
  });

  it("refuses a policy that selects nothing, a version without a file and a model that is not there", async () => {
    await using folder = await temporaryFolder();
    await addModel(folder.path, { config: "version_policy { specific { versions: [9] } }", versions: ["1"] });
    await assert.rejects(readModel(folder.path, "m"), { code: "NOT_FOUND", message: /selects none/ });
    await assert.rejects(readModel(folder.path, "n"), { code: "NOT_FOUND" });
    await using other = await temporaryFolder();
    await addModel(other.path, { versions: [] });
    await mkdir(join(other.path, "m", "4"));
    await assert.rejects(readModel(other.path, "m"), { code: "NOT_FOUND", message: /version 4 has no model\.onnx/ });
  });

  it("does not follow a name out of the repository", async () => {
    await using folder = await temporaryFolder();
    await addModel(folder.path, { versions: ["1"] });
    for (const name of ["..", "../m", "m/../m", ".", ""])
      await assert.rejects(readModel(join(folder.path, "m"), name), { code: "NOT_FOUND" });
  });

  it("lists folders with a configuration only", async () => {
    await using folder = await temporaryFolder();
    await addModel(folder.path, { versions: ["1"] });
    await mkdir(join(folder.path, "notes"));
    await writeFile(join(folder.path, "README"), "");
    assert.deepEqual(await modelNames(folder.path), ["m"]);
  });

  it("refuses a configuration of absurd size before it reads it", async () => {
    await using folder = await temporaryFolder();
    await addModel(folder.path, { config: `#${"x".repeat(300_000)}`, versions: ["1"] });
    await assert.rejects(readModel(folder.path, "m"), { code: "INVALID_ARGUMENT", message: /larger than/ });
  });
});
