import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { credentials } from "@grpc/grpc-js";
import { GRPCInferenceServiceClient } from "../../proto/inference/grpc_service.pb.ts";
import { createLogger } from "../../runtime/log.ts";
import { systemWorld } from "../../runtime/world.ts";
import { onnxIdentity, onnxModel } from "../../test/servers/onnx.ts";
import { temporaryFolder } from "../../test/servers/server.ts";
import { packBytes } from "../bytes-tensor.ts";
import { createTritonClient } from "../client/triton.ts";
import { inferenceConfigSchema } from "../config.ts";
import { float32Tensor, toFloat32 } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { createBufferPool } from "./buffer-pool.ts";
import { readModelConfig } from "./model-config.ts";
import { createModelQueue } from "./queue.ts";
import { startInferenceServer } from "./server.ts";
import { keepSession, startSession } from "./session.ts";
import { createStatistics } from "./statistics.ts";
import type { CheckedRequest } from "./validate.ts";

const { signal } = new AbortController();
const deps = { log: createLogger({ level: "silent" }), world: systemWorld() };
const parts = { pool: createBufferPool(), signal };
const TEXTS = 'input { name: "x" data_type: TYPE_STRING dims: [-1] } output { name: "y" data_type: TYPE_STRING dims: [-1] }';
const NUMBERS = 'input { name: "x" data_type: TYPE_FP32 dims: [-1] } output { name: "y" data_type: TYPE_FP32 dims: [-1] }';
const numbersFile = onnxIdentity([{ input: { name: "x", datatype: "FP32", shape: [-1, -1] }, output: "y" }]);

async function addModel(folder: string, name: string, model: { readonly config: string; readonly file: Buffer }): Promise<void> {
  await mkdir(join(folder, name, "1"), { recursive: true });
  await writeFile(join(folder, name, "config.pbtxt"), model.config);
  await writeFile(join(folder, name, "1", "model.onnx"), model.file);
}

function texts(count: number): Tensor {
  return { name: "x", datatype: "BYTES", shape: [count], data: packBytes(Array.from({ length: count }, (_, index) => `t${index}`)) };
}

function asRequest(tensor: Tensor): CheckedRequest {
  return { inputs: [tensor], outputs: ["y"], classes: undefined, rows: 1, bytes: tensor.data.byteLength, timeoutMs: 0, priority: 0 };
}

describe("a thread that dies while it computes", () => {
  it("fails its own requests with a code, is replaced, and what waited is answered", async () => {
    await using folder = await temporaryFolder();
    const modelPath = join(folder.path, "model.onnx");
    await writeFile(modelPath, onnxIdentity([{ input: { name: "x", datatype: "BYTES", shape: [-1] }, output: "y" }]));
    // So little script memory that a million texts end the thread.
    const session = await keepSession({ modelPath, maxHeapMb: 32 }, parts);
    const statistics = createStatistics();
    const queue = createModelQueue({ config: readModelConfig(TEXTS, "m"), sessions: [session], statistics, world: systemWorld() });
    const doomed = queue.submit(asRequest(texts(1_500_000)), signal);
    const waiting = [1, 2, 3].map(async (count) => await queue.submit(asRequest(texts(count)), signal));
    await assert.rejects(doomed, { code: "UNAVAILABLE", message: /its session has ended/ });
    assert.deepEqual(
      (await Promise.all(waiting)).map(([output]) => output?.shape),
      [[1], [2], [3]],
    );
    assert.equal(statistics.metrics().failures.backend, 1);
    await session.close();
  });
});

describe("a model that cannot be served", () => {
  const cases = [
    [
      "a file that is cut off",
      { config: `max_batch_size: 4 ${NUMBERS}`, file: numbersFile.subarray(0, numbersFile.length - 9) },
      /"bad" version 1.*ONNX Runtime refused/,
    ],
    ["a file that is empty", { config: `max_batch_size: 4 ${NUMBERS}`, file: Buffer.alloc(0) }, /"bad" version 1.*ONNX Runtime refused/],
    [
      "a tensor of another type",
      { config: `max_batch_size: 4 ${NUMBERS.replaceAll("FP32", "INT64")}`, file: numbersFile },
      /"bad" version 1.*file has input "x" FP32 \[-1,-1\].*names "x" INT64 \[-1,-1\]/,
    ],
    ["a tensor of another rank", { config: NUMBERS, file: numbersFile }, /file has input "x" FP32 \[-1,-1\].*names "x" FP32 \[-1\]/],
    [
      "an input that the configuration does not name",
      {
        config: `max_batch_size: 4 ${NUMBERS}`,
        file: onnxModel({
          inputs: ["x", "z"].map((name) => ({ name, datatype: "FP32" as const, shape: [-1, -1] })),
          outputs: [{ name: "y", datatype: "FP32", shape: [-1, -1] }],
          nodes: [{ op: "Add", inputs: ["x", "z"], outputs: ["y"] }],
        }),
      },
      /file needs input "z" FP32 \[-1,-1\]/,
    ],
    [
      "a warm-up sample that it cannot run",
      {
        config: `max_batch_size: 4 ${NUMBERS} model_warmup { name: "w" batch_size: 1 inputs { key: "nobody" value { data_type: TYPE_FP32 dims: [2] zero_data: true } } }`,
        file: numbersFile,
      },
      /warming up model "bad".*sample "w"/,
    ],
    [
      "a label file that is not there",
      {
        config: `max_batch_size: 4 ${NUMBERS}`.replace(/dims: \[-1\] \}$/, 'dims: [-1] label_filename: "no.txt" }'),
        file: numbersFile,
      },
      /label file "no.txt"/,
    ],
  ] as const;
  for (const [what, model, text] of cases) {
    it(`${what}: refused by name, and the server goes on`, async () => {
      await using folder = await temporaryFolder();
      await addModel(folder.path, "good", { config: `max_batch_size: 4 ${NUMBERS}`, file: numbersFile });
      await addModel(folder.path, "bad", model);
      const { logLevel: _level, ...config } = inferenceConfigSchema.parse({ repository: folder.path, models: ["good"] });
      const server = await startInferenceServer(config, deps, signal);
      const endpoint = `127.0.0.1:${server.port}`;
      const stub = new GRPCInferenceServiceClient(endpoint, credentials.createInsecure());
      const failure = await new Promise<{ code: number; details: string } | null>((resolve) =>
        stub.repositoryModelLoad({ repositoryName: "", modelName: "bad", parameters: {} }, (error) => resolve(error)),
      );
      assert.equal(failure?.code, 3);
      assert.match(failure.details, text);
      const client = createTritonClient({ endpoint });
      const [output] = await client.infer("good", [float32Tensor("x", [1, 3], Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY))], {
        signal,
      });
      assert.ok(output !== undefined);
      assert.deepEqual([...toFloat32(output)], [1, Number.NaN, Number.POSITIVE_INFINITY]);
      client.close();
      stub.close();
      await server.stop();
    });
  }
});

describe("ONNX datatypes", () => {
  for (const [datatype, bytes] of [
    ["BOOL", [1, 0]],
    ["INT8", [128, 127]],
    ["UINT8", [0, 255]],
    ["INT16", [0, 128, 255, 127]],
    ["FP16", [0, 60, 0, 124]],
    ["INT64", [...Array.from({ length: 7 }, () => 0), 128, ...Array.from({ length: 7 }, () => 255), 127]],
    ["UINT64", Array.from({ length: 16 }, () => 255)],
    ["FP64", [...Array.from({ length: 6 }, () => 0), 240, 63, ...Array.from({ length: 6 }, () => 0), 248, 127]],
  ] as const) {
    it(`${datatype} comes back bit by bit`, async () => {
      await using folder = await temporaryFolder();
      const modelPath = join(folder.path, "model.onnx");
      await writeFile(modelPath, onnxIdentity([{ input: { name: "x", datatype, shape: [-1] }, output: "y" }]));
      const session = await startSession({ modelPath }, parts);
      const { outputs } = await session.run([{ name: "x", datatype, shape: [2], data: Uint8Array.from(bytes) }]);
      assert.deepEqual([outputs[0]?.datatype, [...(outputs[0]?.data ?? [])]], [datatype, [...bytes]]);
      await session.close();
    });
  }

  it("BYTES that are no UTF-8 are refused, because a string cannot hold them", async () => {
    await using folder = await temporaryFolder();
    const modelPath = join(folder.path, "model.onnx");
    await writeFile(modelPath, onnxIdentity([{ input: { name: "x", datatype: "BYTES", shape: [-1] }, output: "y" }]));
    const session = await startSession({ modelPath }, parts);
    const wrong = { name: "x", datatype: "BYTES" as const, shape: [1], data: packBytes([Uint8Array.of(0xff, 0xfe)]) };
    await assert.rejects(session.run([wrong]), { code: "INVALID_ARGUMENT", message: /no UTF-8/ });
    const { outputs } = await session.run([{ ...wrong, data: packBytes(["Müller 東"]) }]);
    assert.deepEqual(outputs[0]?.data, new Uint8Array(packBytes(["Müller 東"])));
    await session.close();
  });
});

describe("25 load and unload cycles", () => {
  it("give the memory back", async () => {
    await using folder = await temporaryFolder();
    const weights = new Float32Array(2_048 * 2_048);
    const file = onnxModel({
      inputs: [{ name: "x", datatype: "FP32", shape: [-1, 2_048] }],
      outputs: [{ name: "y", datatype: "FP32", shape: [-1, 2_048] }],
      nodes: [{ op: "MatMul", inputs: ["x", "w"], outputs: ["y"] }],
      constants: [{ name: "w", shape: [2_048, 2_048], values: weights }],
    });
    await addModel(folder.path, "m", { config: `max_batch_size: 4 ${NUMBERS.replaceAll("-1", "2048")}`, file });
    const { logLevel: _level, ...config } = inferenceConfigSchema.parse({ repository: folder.path, models: [] });
    const server = await startInferenceServer(config, deps, signal);
    const endpoint = `127.0.0.1:${server.port}`;
    const stub = new GRPCInferenceServiceClient(endpoint, credentials.createInsecure());
    const client = createTritonClient({ endpoint });
    const request = { repositoryName: "", modelName: "m", parameters: {} };
    const resident: number[] = [];
    for (let cycle = 0; cycle < 25; cycle += 1) {
      await new Promise<void>((resolve, reject) =>
        stub.repositoryModelLoad(request, (error) => (error === null ? resolve() : reject(error))),
      );
      await client.infer("m", [float32Tensor("x", [1, 2_048], new Float32Array(2_048))], { signal });
      await new Promise<void>((resolve, reject) =>
        stub.repositoryModelUnload(request, (error) => (error === null ? resolve() : reject(error))),
      );
      resident.push(Number(/VmRSS:\s+(\d+)/.exec(await readFile("/proc/self/status", "utf8"))?.[1] ?? 0) / 1_024);
    }
    // The weights are 16 MB: kept once a cycle they would be 240 MB by now.
    const grown = (resident.at(-1) ?? 0) - (resident[9] ?? 0);
    assert.ok(grown < 64, `it grew by ${grown.toFixed(0)} MB in 15 cycles: ${resident.map((value) => value.toFixed(0)).join(" ")}`);
    client.close();
    stub.close();
    await server.stop();
  });
});
