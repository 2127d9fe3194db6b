import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { writeSampleModel } from "../inference/registry/conformance-model.ts";
import { temporaryFolder } from "../test/servers/server.ts";

const PROGRAM = fileURLToPath(new URL("payerhub.ts", import.meta.url));
const folder = await temporaryFolder();
after(async () => await folder[Symbol.asyncDispose]());
const source = await writeSampleModel(folder.path, { name: "tagger", weights: "one" });
await writeSampleModel(folder.path, { name: "tagger", version: 2, weights: "two" });

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** The command as a person types it, over a registry of its own. */
async function models(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, PAYERHUB_HOME: join(folder.path, "home"), MODELS_URL: `file://${join(folder.path, "registry")}` };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, "models", ...args], { env, timeout: 30_000 });
    return { exit: 0, out: stdout, err: stderr };
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error);
    return { exit: Number(error.code), out: String(error.stdout), err: String(error.stderr) };
  }
}

test("what is wrong has the exit code of its kind and says so in one line", async () => {
  const wrong: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["pull", "nobody", "--into", folder.path], 3, /channel "stable" of model "nobody": nothing was promoted/],
    [["pull", "nobody", "--version", "1", "--into", folder.path], 3, /no such version/],
    [["pull", "../up", "--version", "1", "--into", folder.path], 2, /naming model/],
    [["pull", "tagger"], 2, /--into/],
    [["push", join(folder.path, "none")], 3, /reading the model folder/],
    [["push", source], 2, /2 version folders/],
    [["push", source, "--version", "7"], 2, /no folder for version "7"/],
    [["promote", "tagger", "one"], 2, /naming version "one"/],
    [["promote", "tagger", "1", "--channel", "beta"], 2, /naming channel "beta"/],
    [["rollback", "tagger"], 5, /no version stood there before/],
    [["verify"], 3, /the registry has no version/],
  ];
  for (const [args, exit, text] of wrong) {
    const ran = await models(...args);
    assert.deepEqual([ran.exit, ran.out], [exit, ""], args.join(" "));
    assert.match(ran.err, text);
  }
});

test("a version goes from a folder to a server's repository, is promoted and rolled back", async () => {
  assert.match((await models("list")).out, /holds no model version/);
  const pushed = await models("push", source, "--version", "1", "--channel", "stable");
  assert.equal(pushed.exit, 0, pushed.err);
  assert.match(pushed.out, /tagger version 1, digest [0-9a-f]{12}: pushed\ntagger stable is version 1 \(promote by/);
  assert.match(pushed.err, /sent {2}1\/model\.onnx/);
  assert.equal((await models("push", source, "--version", "2", "--channel", "candidate")).exit, 0);
  const listed = (await models("list")).out.split("\n");
  assert.match(listed[0] ?? "", /^model +version +channels +size +digest +license +created$/);
  assert.match(listed[2] ?? "", /^tagger +1 +stable .* Apache-2\.0 /);
  assert.match(listed[3] ?? "", /^tagger +2 +candidate /);
  assert.match((await models("promote", "tagger", "2")).out, /tagger stable is version 2 \(promote .* rollback would give version 1\)/);
  const into = join(folder.path, "served");
  assert.match((await models("pull", "tagger", "--into", into)).out, /tagger version 2: pulled into/);
  assert.deepEqual(await readdir(join(into, "tagger", "2")), ["model.onnx", "model.onnx.data"]);
  assert.equal(JSON.parse((await models("rollback", "tagger", "--json")).out).version, 1);
  assert.equal(JSON.parse((await models("pull", "tagger", "--into", into, "--json")).out).version, 1);
  const history = (await models("history", "tagger", "--json")).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).action);
  assert.deepEqual(history, ["rollback", "promote", "promote"]);
  assert.match((await models("history", "tagger")).out, /record +action +version/);
});

test("verify names the damaged file and exits 1", async () => {
  assert.match((await models("verify")).out, /tagger version 1: intact, 8 files, 0\.14 MiB\ntagger version 2: intact/);
  const [manifest] = (await models("list", "tagger", "--json")).out.split("\n").map((line) => (line === "" ? undefined : JSON.parse(line)));
  const weights = manifest.files.find((file: { readonly path: string }) => file.path === "1/model.onnx");
  const blob = join(folder.path, "registry", "blobs", weights.sha256.slice(0, 2), weights.sha256);
  const bytes = await readFile(blob);
  await rm(blob);
  await writeFile(blob, Buffer.concat([bytes.subarray(0, -1), Buffer.from("?")]));
  const broken = await models("verify", "tagger");
  assert.equal(broken.exit, 1);
  assert.match(broken.out, /tagger version 1: BROKEN\ntagger version 2: intact/);
  assert.match(broken.err, /tagger version 1: 1\/model\.onnx is damaged/);
  assert.equal(JSON.parse((await models("verify", "tagger", "--version", "2", "--json")).out).intact, true);
  assert.equal((await models("push", source, "--version", "1", "--repair")).exit, 0);
  assert.equal((await models("verify")).exit, 0);
});

test("help shows examples", async () => {
  const { out } = await models("--help");
  assert.match(out, /payerhub models push inference\/repository\/isolation_forest/);
});
