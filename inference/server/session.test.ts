import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../test/servers/server.ts";
import { float32Tensor } from "../tensor.ts";
import { createBufferPool } from "./buffer-pool.ts";
import { startSession } from "./session.ts";

const modelPath = fileURLToPath(new URL("../repository/autoencoder/1/model.onnx", import.meta.url));
const parts = { pool: createBufferPool(), signal: new AbortController().signal };
const row = float32Tensor("features", [1, 32], new Float32Array(32));

describe("startSession", () => {
  it("runs a model in a thread of its own and names its tensors", async () => {
    const session = await startSession({ modelPath }, parts);
    assert.deepEqual(session.inputs, [{ name: "features", datatype: "FP32", shape: ["rows", 32] }]);
    assert.deepEqual(
      session.outputs.map(({ name }) => name),
      ["error", "residuals"],
    );
    const { outputs, times } = await session.run([row]);
    assert.deepEqual(
      outputs.map(({ name, datatype, shape }) => [name, datatype, ...shape]),
      [
        ["error", "FP32", 1, 1],
        ["residuals", "FP32", 1, 32],
      ],
    );
    assert.ok(times.inferNs > 0);
    await session.close();
  });

  it("keeps the event loop free while it runs", async () => {
    const session = await startSession({ modelPath }, parts);
    const many = float32Tensor("features", [64, 32], new Float32Array(64 * 32));
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 0);
    await Promise.all(Array.from({ length: 50 }, async () => await session.run([many])));
    clearInterval(timer);
    assert.ok(ticks > 0);
    await session.close();
  });

  it("ends the runs that were begun before it closes, refuses later ones, and closes twice", async () => {
    const session = await startSession({ modelPath }, parts);
    const begun = Array.from({ length: 20 }, async () => await session.run([row]));
    await Promise.all([session.close(), session.close()]);
    assert.equal((await Promise.all(begun)).length, 20);
    assert.equal(session.alive, false);
    await assert.rejects(session.run([row]), { code: "UNAVAILABLE" });
  });

  it("fails a run with wrong tensors and goes on", async () => {
    const session = await startSession({ modelPath }, parts);
    await assert.rejects(session.run([float32Tensor("pixels", [1, 32], new Float32Array(32))]), { code: "INTERNAL" });
    await assert.rejects(session.run([float32Tensor("features", [1, 31], new Float32Array(31))]), { code: "INTERNAL" });
    assert.equal((await session.run([row])).outputs.length, 2);
    await session.close();
  });

  it("refuses a file that is no model", async () => {
    await using folder = await temporaryFolder();
    const broken = join(folder.path, "model.onnx");
    await writeFile(broken, "not a model");
    await assert.rejects(startSession({ modelPath: broken }, parts), { code: "INVALID_ARGUMENT" });
    await assert.rejects(startSession({ modelPath: join(folder.path, "absent.onnx") }, parts), { code: "INVALID_ARGUMENT" });
  });
});
