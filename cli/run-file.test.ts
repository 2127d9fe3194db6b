import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../test/servers/server.ts";
import { findRunning, removeRunFile, requireRunning, writeRunFile } from "./run-file.ts";

const run = { pid: process.pid, natsUrl: "nats://127.0.0.1:1", natsToken: "t", grpcPort: 1, httpPort: 2 };

test("a running system is found by its home folder, and its file is the user's alone", async () => {
  await using home = await temporaryFolder();
  await writeRunFile(home.path, run);
  assert.deepEqual(await findRunning(home.path), run);
  assert.equal((await stat(join(home.path, "run.json"))).mode & 0o777, 0o600);
  await removeRunFile(home.path);
  assert.equal(await findRunning(home.path), undefined);
});

test("what a killed process left, and a file that is no run file, count as nothing running", async () => {
  await using home = await temporaryFolder();
  await writeRunFile(home.path, { ...run, pid: 2 ** 22 - 1 });
  assert.equal(await findRunning(home.path), undefined);
  await writeFile(join(home.path, "run.json"), "{broken");
  assert.equal(await findRunning(home.path), undefined);
  await assert.rejects(requireRunning(home.path), /npm start/);
});
