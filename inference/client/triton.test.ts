import assert from "node:assert/strict";
import { it } from "node:test";
import type { ModelInferRequest } from "../../proto/inference/grpc_service.pb.ts";
import { freePort } from "../../test/servers/server.ts";
import { float32Tensor } from "../tensor.ts";
import { responseOf, startAnswering } from "./answering-server.ts";
import { createTritonClient } from "./triton.ts";

const { signal } = new AbortController();
const input = float32Tensor("x", [1, 2], Float32Array.of(1, 2));

it("createTritonClient: sends raw tensors and the deadline as Triton's timeout in microseconds", async () => {
  const seen: ModelInferRequest[] = [];
  await using server = await startAnswering({
    modelInfer: (call, answer) => {
      seen.push(call.request);
      answer(null, responseOf({}));
    },
  });
  const client = createTritonClient({ endpoint: server.endpoint });
  const [output] = await client.infer("m", [input], { signal, deadlineMs: 2_500, version: "3", id: "a", outputs: ["y"] });
  client.close();
  assert.deepEqual([output?.name, output?.datatype, output?.shape, output?.data.byteLength], ["y", "FP32", [1], 4]);
  assert.deepEqual(seen, [
    {
      modelName: "m",
      modelVersion: "3",
      id: "a",
      parameters: { timeout: { parameterChoice: { $case: "int64Param", int64Param: 2_500_000n } } },
      inputs: [{ name: "x", datatype: "FP32", shape: [1n, 2n], parameters: {}, contents: undefined }],
      outputs: [{ name: "y", parameters: {} }],
      rawInputContents: [Buffer.from([0, 0, 128, 63, 0, 0, 0, 64])],
    },
  ]);
});

it("createTritonClient: receives more than the four megabytes that grpc-js allows by itself", async () => {
  const bytes = 12 * 1024 * 1024;
  await using server = await startAnswering({
    modelInfer: (_, answer) => {
      const outputs = [{ name: "y", datatype: "UINT8", shape: [BigInt(bytes)], parameters: {}, contents: undefined }];
      answer(null, responseOf({ outputs, rawOutputContents: [Buffer.alloc(bytes, 7)] }));
    },
  });
  const client = createTritonClient({ endpoint: server.endpoint });
  const [output] = await client.infer("m", [input], { signal });
  client.close();
  assert.equal(output?.data.byteLength, bytes);
});

it("createTritonClient: cancels on the wire when the signal aborts", async () => {
  const cancelled = Promise.withResolvers<boolean>();
  const arrived = Promise.withResolvers<void>();
  await using server = await startAnswering({
    modelInfer: (call) => {
      call.on("cancelled", () => cancelled.resolve(true));
      arrived.resolve();
    },
  });
  const client = createTritonClient({ endpoint: server.endpoint });
  const controller = new AbortController();
  const answer = client.infer("m", [input], { signal: controller.signal });
  await arrived.promise;
  controller.abort();
  await assert.rejects(answer, { code: "CANCELLED" });
  assert.equal(await cancelled.promise, true);
  client.close();
});

it("createTritonClient: does not start a call whose signal has aborted", async () => {
  const client = createTritonClient({ endpoint: "127.0.0.1:1" });
  await assert.rejects(client.live({ signal: AbortSignal.abort() }), { code: "CANCELLED" });
  client.close();
});

it("createTritonClient: tells an outage from an overload", async () => {
  const client = createTritonClient({ endpoint: `127.0.0.1:${await freePort()}` });
  await assert.rejects(client.live({ signal, deadlineMs: 3_000 }), { code: "UNAVAILABLE" });
  client.close();
  await using server = await startAnswering({
    modelInfer: (_, answer) => answer({ code: 14, details: "[request id: 1] Exceeds maximum queue size" }),
  });
  const busy = createTritonClient({ endpoint: server.endpoint });
  await assert.rejects(busy.infer("m", [input], { signal }), { code: "RESOURCE_EXHAUSTED" });
  busy.close();
});

it("createTritonClient: bounds the bytes in flight", async () => {
  const hold = Promise.withResolvers<void>();
  await using server = await startAnswering({
    modelInfer: (_, answer) => {
      void hold.promise.then(() => answer(null, responseOf({})));
    },
  });
  const client = createTritonClient({ endpoint: server.endpoint, maxInFlightBytes: 12 });
  const first = client.infer("m", [input], { signal });
  await assert.rejects(client.infer("m", [input], { signal }), { code: "RESOURCE_EXHAUSTED", message: /8 are in flight, at most 12/ });
  hold.resolve();
  await first;
  assert.equal((await client.infer("m", [input], { signal })).length, 1);
  client.close();
});

it("createTritonClient: refuses an answer without raw bytes or with a datatype that it does not know", async () => {
  const answers = [
    responseOf({ rawOutputContents: [] }),
    responseOf({ outputs: [{ name: "y", datatype: "FP8", shape: [1n], parameters: {}, contents: undefined }] }),
  ];
  await using server = await startAnswering({ modelInfer: (_, answer) => answer(null, answers.shift() ?? responseOf({})) });
  const client = createTritonClient({ endpoint: server.endpoint });
  await assert.rejects(client.infer("m", [input], { signal }), { code: "INTERNAL" });
  await assert.rejects(client.infer("m", [input], { signal }), { code: "INTERNAL" });
  client.close();
});
