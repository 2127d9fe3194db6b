import assert from "node:assert/strict";
import { it } from "node:test";
import { systemWorld } from "../../runtime/world.ts";
import { float32Tensor } from "../tensor.ts";
import { responseOf, startAnswering } from "./answering-server.ts";
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
