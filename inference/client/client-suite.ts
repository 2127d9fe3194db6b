import assert from "node:assert/strict";
import { ReadableStream } from "node:stream/web";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ModelInferRequest } from "../../proto/inference/grpc_service.pb.ts";
import { bfloat16Tensor } from "../bfloat16-tensor.ts";
import { booleanTensor } from "../boolean-tensor.ts";
import { bytesTensor } from "../bytes-tensor.ts";
import { SLOW_MS } from "../conformance/models.ts";
import { numericTensor } from "../numeric-tensor.ts";
import { float32Tensor } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import type { InferOptions } from "./infer-message.ts";
import { createTritonClient } from "./triton.ts";
import type { TritonClient } from "./triton.ts";

/** Models of the conformance kit that the suite needs. */
export const SUITE_MODELS = ["types", "echo", "slow"] as const;

/** Calls of the test that looks for foreign rows. */
const MANY_CALLS = 1_000;

const call = { signal: new AbortController().signal, deadlineMs: 30_000 };

/** What the client does alike against every server of the protocol that serves the kit's models. */
export function clientSuite(name: string, endpoint: () => string): void {
  describe(`the client against ${name}`, () => {
    let client: TritonClient;
    before(() => {
      client = createTritonClient({ endpoint: endpoint(), minimumVersion: "0" });
    });
    after(() => client.close());
    describe("inference", () => inferenceTests(() => client));
    describe("calls that end early", () => endTests(() => client));
    describe("streams", () => streamTests(() => client));
    describe("questions about server and models", () => questionTests(() => client));
    describe("the model repository", () => repositoryTests(() => client));
  });
}

/** One tensor of each datatype, named as the kit's `types` model names its inputs. */
function everyDatatype(): readonly Tensor[] {
  const of = <D extends string>(datatype: D) => ({ name: `IN_${datatype}`, datatype, shape: [2] });
  return [
    numericTensor(of("UINT8"), Uint8Array.of(0, 255)),
    numericTensor(of("UINT16"), Uint16Array.of(0, 65_535)),
    numericTensor(of("UINT32"), Uint32Array.of(0, 4_294_967_295)),
    numericTensor(of("UINT64"), BigUint64Array.of(0n, 2n ** 64n - 1n)),
    numericTensor(of("INT8"), Int8Array.of(-128, 127)),
    numericTensor(of("INT16"), Int16Array.of(-32_768, 32_767)),
    numericTensor(of("INT32"), Int32Array.of(-(2 ** 31), 7)),
    numericTensor(of("INT64"), BigInt64Array.of(-(2n ** 63n), 7n)),
    numericTensor(of("FP16"), Float16Array.of(-0.5, 65_504)),
    numericTensor(of("FP32"), Float32Array.of(-0.5, 2 ** 127)),
    numericTensor(of("FP64"), Float64Array.of(-0.5, 1e300)),
    bfloat16Tensor("IN_BF16", [2], Float32Array.of(1, -2)),
    booleanTensor("IN_BOOL", [2], [true, false]),
    bytesTensor("IN_STRING", [2], ["", "für"]),
  ];
}

function inferenceTests(client: () => TritonClient): void {
  it("every datatype comes back as it went", async () => {
    for (const tensor of everyDatatype()) {
      const name = tensor.name.replace("IN_", "OUT_");
      const [output] = await client().infer("types", [tensor], { ...call, outputs: [name] });
      assert.deepEqual([output?.name, output?.datatype, output?.shape], [name, tensor.datatype, [2]]);
      assert.deepEqual(new Uint8Array(output?.data ?? []), new Uint8Array(tensor.data), tensor.datatype);
    }
  });

  it("a tensor of several megabytes comes back as it went", async () => {
    const values = Float32Array.from({ length: 2_000_000 }, (_, index) => index);
    const [output] = await client().infer("echo", [float32Tensor("INPUT0", [1, values.length], values)], call);
    assert.ok(Buffer.compare(output?.data ?? new Uint8Array(), new Uint8Array(values.buffer)) === 0);
  });

  it(`${MANY_CALLS} calls, a hundred at once and of one to eight rows, each get exactly their own rows`, async () => {
    const ask = async (index: number) => {
      const rows = Float32Array.from({ length: 1 + (index % 8) }, (_, row) => index * 8 + row);
      const [output] = await client().infer("echo", [float32Tensor("INPUT0", [rows.length, 1], rows)], { ...call, id: String(index) });
      assert.deepEqual([output?.shape, output?.data], [[rows.length, 1], Buffer.from(rows.buffer)]);
    };
    // In waves, because a model's queue is bounded and nothing here tests overload.
    for (let wave = 0; wave < MANY_CALLS; wave += 100)
      await Promise.all(Array.from({ length: 100 }, async (_, at) => await ask(wave + at)));
  });

  it("a full queue is an overload, not an outage", async () => {
    const one = float32Tensor("INPUT0", [1, 1], Float32Array.of(1));
    const results = await Promise.allSettled(Array.from({ length: 8 }, async () => await client().infer("slow", [one], call)));
    const codes = results.flatMap((result) => (result.status === "rejected" ? [String(Reflect.get(Object(result.reason), "code"))] : []));
    assert.ok(codes.length >= 1 && codes.every((code) => code === "RESOURCE_EXHAUSTED"), codes.join());
  });
}

function endTests(client: () => TritonClient): void {
  it("a call past its deadline ends with that", async () => {
    const one = float32Tensor("INPUT0", [1, 1], Float32Array.of(1));
    await assert.rejects(client().infer("slow", [one], { ...call, deadlineMs: -1 }), { code: "DEADLINE_EXCEEDED" });
    await assert.rejects(client().infer("slow", [one], { ...call, deadlineMs: SLOW_MS / 8 }), { code: "DEADLINE_EXCEEDED" });
    assert.equal(await client().ready(call), true);
  });

  it("aborted calls end with that and the next one works", async () => {
    // Of a model that is not unloaded: real Triton now and then keeps one that had calls cancelled.
    const ask = async (options: InferOptions) =>
      await client().infer("types", [booleanTensor("IN_BOOL", [1], [true])], { ...options, outputs: ["OUT_BOOL"] });
    await ask(call);
    const controller = new AbortController();
    const aborted = { ...call, signal: controller.signal };
    const calls = Array.from({ length: 30 }, async () => await ask(aborted));
    controller.abort();
    for (const ended of await Promise.allSettled(calls)) {
      assert.equal(ended.status, "rejected");
      assert.equal(Reflect.get(Object(ended.reason), "code"), "CANCELLED");
    }
    assert.equal((await ask(call)).length, 1);
  });
}

function streamTests(client: () => TritonClient): void {
  it("a stream answers every request, errors in their place", async () => {
    const request = (id: string, modelName: string): ModelInferRequest => ({
      id,
      modelName,
      modelVersion: "",
      parameters: {},
      outputs: [],
      inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1n, 1n], parameters: {}, contents: undefined }],
      rawInputContents: [Buffer.alloc(4)],
    });
    const requests = async function* () {
      for (const [id, model] of [
        ["a", "echo"],
        ["b", "nobody"],
        ["c", "echo"],
      ] as const)
        yield await Promise.resolve(request(id, model));
    };
    const replies = await Array.fromAsync(client().streamInfer(requests(), call));
    const answered = replies.filter(({ errorMessage }) => errorMessage === "").map(({ inferResponse }) => String(inferResponse?.id));
    assert.deepEqual([answered.toSorted(), replies.length], [["a", "c"], 3]);
  });

  it("a stream whose requests fail, or whose caller goes, ends with that", async () => {
    const failing = new ReadableStream<ModelInferRequest>({ pull: (controller) => controller.error(new Error("no more requests")) });
    await assert.rejects(Array.fromAsync(client().streamInfer(failing, call)), { code: "INTERNAL" });
    const gone = new AbortController();
    const replies = Array.fromAsync(client().streamInfer(new ReadableStream<ModelInferRequest>(), { ...call, signal: gone.signal }));
    gone.abort();
    await assert.rejects(replies, { code: "CANCELLED" });
  });
}

function questionTests(client: () => TritonClient): void {
  it("lives, is ready, is healthy, and names itself", async () => {
    assert.deepEqual(await Promise.all([client().live(call), client().ready(call), client().healthy(call)]), [true, true, true]);
    const { name, version } = await client().serverMetadata(call);
    assert.ok(name.length > 0 && version.length > 0);
    assert.equal(await client().modelReady("echo", call), true);
    assert.equal(await client().modelReady("echo", { ...call, version: "9" }), false);
    assert.equal(await client().modelReady("nobody", call), false);
    await assert.rejects(client().modelReady("echo", { ...call, version: "newest" }), { code: "INVALID_ARGUMENT" });
  });

  it("checks signatures against contracts and names both sides of a difference", async () => {
    const tensor = (name: string, datatype: "FP32" | "FP64") => ({ name, datatype, shape: [-1, -1] });
    const echo = { name: "echo", inputs: [tensor("INPUT0", "FP32")], outputs: [tensor("OUTPUT0", "FP32")] };
    await client().verify([echo], call);
    await assert.rejects(
      client().verify([{ ...echo, outputs: [tensor("OUTPUT0", "FP64")] }], call),
      /server has output OUTPUT0 FP32 \[-1,-1\], the contract needs OUTPUT0 FP64 \[-1,-1\]/,
    );
  });

  it("tells a model's configuration and signature", async () => {
    const config = await client().modelConfig("echo", call);
    assert.deepEqual([config?.name, config?.maxBatchSize, config?.input[0]?.name], ["echo", 8, "INPUT0"]);
    const signature = await client().modelMetadata("echo", call);
    assert.deepEqual(signature.inputs[0]?.shape, [-1n, -1n]);
    await assert.rejects(client().modelConfig("nobody", call), { code: "NOT_FOUND" });
    await assert.rejects(client().modelMetadata("nobody", call), { code: "NOT_FOUND" });
    await assert.rejects(client().modelMetadata("echo", { ...call, version: "9" }), { code: "NOT_FOUND" });
  });

  it("counts what a model did", async () => {
    const before = await countsOf(client());
    const rows = float32Tensor("INPUT0", [3, 1], Float32Array.of(1, 2, 3));
    for (let calls = 0; calls < 4; calls += 1) await client().infer("echo", [rows], call);
    const after = await countsOf(client());
    assert.deepEqual([after.success - before.success, after.inferences - before.inferences], [4n, 12n]);
    assert.ok(after.executions - before.executions <= 4n && after.computeNs > before.computeNs);
    await assert.rejects(client().statistics("nobody", call), { code: "INVALID_ARGUMENT" });
    const all = await client().statistics("", call);
    assert.ok(SUITE_MODELS.every((name) => all.some((model) => model.name === name)));
  });

  it("sets the log and sets it back", async () => {
    const { log_verbose_level: before } = await client().logSettings(call);
    const { log_verbose_level: now } = await client().logSettings({ ...call, update: { log_verbose_level: 1 } });
    assert.deepEqual([typeof before, now], ["number", 1]);
    await client().logSettings({ ...call, update: { log_verbose_level: before ?? 0 } });
  });

  it("answers about tracing, or says that it cannot", async () => {
    const settings = await client()
      .traceSettings(call)
      .catch((error: unknown) => Reflect.get(Object(error), "code"));
    assert.ok(settings === "UNAVAILABLE" || settings === "UNIMPLEMENTED" || typeof settings === "object");
  });

  it("has no shared memory registered", async () => {
    assert.deepEqual(await client().systemSharedMemory(call), {});
    const cuda = await client()
      .cudaSharedMemory(call)
      .catch((error: unknown) => Reflect.get(Object(error), "code"));
    assert.ok(cuda === "UNIMPLEMENTED" || cuda === "UNAVAILABLE" || Object.keys(Object(cuda)).length === 0);
  });
}

function repositoryTests(client: () => TritonClient): void {
  it("unloads, lists and loads a model again", async () => {
    const stateOf = async (name: string) => (await client().repositoryIndex(call)).find((model) => model.name === name)?.state;
    await client().unloadModel("echo", call);
    // Calls in flight may end first.
    while ((await stateOf("echo")) !== "UNAVAILABLE") await delay(10);
    assert.equal(await client().modelReady("echo", call), false);
    assert.ok(!(await client().repositoryIndex({ ...call, readyOnly: true })).some((model) => model.name === "echo"));
    await assert.rejects(client().infer("echo", [float32Tensor("INPUT0", [1, 1], Float32Array.of(1))], call), { code: "NOT_FOUND" });
    await client().loadModel("echo", call);
    assert.equal(await stateOf("echo"), "READY");
  });

  it("says what cannot be loaded", async () => {
    await assert.rejects(client().loadModel("nobody", call), { code: "INTERNAL" });
    await client().unloadModel("nobody", { ...call, dependents: true });
  });
}

async function countsOf(client: TritonClient) {
  const [found] = await client.statistics("echo", call);
  return {
    success: found?.inferenceStats?.success?.count ?? 0n,
    inferences: found?.inferenceCount ?? 0n,
    executions: found?.executionCount ?? 0n,
    computeNs: found?.inferenceStats?.computeInfer?.ns ?? 0n,
  };
}
