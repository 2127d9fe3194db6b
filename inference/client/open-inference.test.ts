import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { systemWorld } from "../../runtime/world.ts";
import { float32Tensor } from "../tensor.ts";
import { responseOf, startAnswering } from "./answering-server.ts";
import { inferenceClientFrom } from "./config.ts";
import { openInference } from "./open-inference.ts";

const { signal } = new AbortController();
const options = { world: systemWorld(), onFailure: (error: Error) => assert.fail(error) };
const input = float32Tensor("x", [1], Float32Array.of(1));

it("openInference: refuses addresses of another form", () => {
  for (const address of ["", "triton", "http://triton:8001", "a:1,,b:2", "dns:triton", "kubernetes:triton:8001", "dns:a:1,b:2"]) {
    assert.throws(() => openInference(address, options), { code: "INVALID_ARGUMENT" }, address);
  }
});

it("openInference: one server, a list and a name all answer", async () => {
  const ids: string[] = [];
  const answering = async (id: string) =>
    await startAnswering({
      modelInfer: (_, answer) => {
        ids.push(id);
        answer(null, responseOf());
      },
    });
  await using first = await answering("first");
  await using second = await answering("second");
  for (const address of [first.endpoint, `${first.endpoint}, ${second.endpoint}`, `dns:localhost:${first.port}`]) {
    const client = openInference(address, options);
    for (let call = 0; call < 10; call += 1) assert.equal((await client.infer("m", [input], { signal })).length, 1, address);
    client.close();
  }
  assert.deepEqual([ids.length, new Set(ids).size], [30, 2]);
});

it("openInference: a canary answers its documents, a shadow is asked beside, and both are off where nothing says so", async () => {
  const asked: string[] = [];
  await using server = await startAnswering({
    modelInfer: (call, answer) => {
      asked.push(`${call.request.modelName}:${call.request.modelVersion}`);
      answer(null, responseOf());
    },
  });
  const compared: string[] = [];
  const config = inferenceClientFrom({ TRITON_CANARY: "m=n:2@100", TRITON_SHADOW: "s=t@100" });
  const routed = openInference(server.endpoint, { ...options, config, onCompared: ({ model }) => compared.push(model) });
  await routed.infer("m", [input], { signal, stickyKey: "a document" });
  await routed.infer("m", [input], { signal });
  await routed.infer("s", [input], { signal });
  while (compared.length === 0) await turn();
  routed.close();
  assert.deepEqual([asked.toSorted(), compared], [["m:", "n:2", "s:", "t:"], ["s"]]);
  asked.length = 0;
  const plain = openInference(server.endpoint, options);
  await plain.infer("m", [input], { signal, stickyKey: "a document" });
  await plain.infer("s", [input], { signal });
  plain.close();
  assert.deepEqual(asked, ["m:", "s:"]);
});

it("openInference: the cap on bytes in flight to one server holds for one and for several", async () => {
  const hold = Promise.withResolvers<void>();
  await using server = await startAnswering({ modelInfer: (_, answer) => void hold.promise.then(() => answer(null, responseOf())) });
  const half = float32Tensor("x", [1, 160_000], new Float32Array(160_000));
  const config = inferenceClientFrom({ TRITON_POD_MAX_BYTES: "1048576" });
  for (const address of [server.endpoint, `${server.endpoint}, ${server.endpoint}`]) {
    const client = openInference(address, { ...options, config });
    const first = client.infer("m", [half], { signal });
    await assert.rejects(client.infer("m", [half], { signal }), { code: "RESOURCE_EXHAUSTED" }, address);
    hold.resolve();
    await first;
    client.close();
  }
});
