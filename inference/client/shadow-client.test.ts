import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { systemWorld } from "../../runtime/world.ts";
import { bfloat16Tensor } from "../bfloat16-tensor.ts";
import { booleanTensor } from "../boolean-tensor.ts";
import { bytesTensor } from "../bytes-tensor.ts";
import { numericTensor } from "../numeric-tensor.ts";
import { float32Tensor } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { outputDifference } from "./output-difference.ts";
import { createShadowClient } from "./shadow-client.ts";
import type { ShadowComparison, ShadowOptions } from "./shadow-client.ts";
import type { InferenceClient } from "./triton.ts";

const { signal } = new AbortController();
const floats = (...values: number[]) => float32Tensor("y", [values.length], Float32Array.from(values));
const input = () => float32Tensor("x", [2], Float32Array.of(1, 2));

function clientOf(infer: InferenceClient["infer"]): InferenceClient {
  return { infer, verify: async () => await Promise.resolve() };
}

function openShadow(primary: InferenceClient["infer"], shadow: InferenceClient["infer"], change: Partial<ShadowOptions> = {}) {
  const seen: ShadowComparison[] = [];
  const base = { on: clientOf(shadow), models: { m: { model: "n", version: "2", share: 1 } }, world: systemWorld() };
  return { seen, client: createShadowClient(clientOf(primary), { ...base, onCompared: (comparison) => seen.push(comparison), ...change }) };
}

describe("createShadowClient", () => {
  it("refuses a share beyond 0 to 1", () => {
    const never = async () => await Promise.resolve([]);
    assert.throws(() => openShadow(never, never, { models: { m: { model: "n", share: 2 } } }), { code: "INVALID_ARGUMENT" });
  });

  it("a copy that fails, or answers what cannot be read, changes nothing but a count", async () => {
    const broken = { ...floats(1), data: new Uint8Array(3) };
    const answers = [async () => await Promise.reject(new Error("no")), async () => await Promise.resolve([broken])];
    const { client } = openShadow(
      async () => await Promise.resolve([floats(1)]),
      async () => (await answers.shift()?.()) ?? [],
    );
    for (let call = 0; call < 2; call += 1) assert.equal((await client.infer("m", [input()], { signal })).length, 1);
    await turn();
    assert.deepEqual(client.counts(), { compared: 0, dropped: 0, failed: 2 });
  });

  it("a call that fails, fails as without a shadow", async () => {
    const { client } = openShadow(
      async () => await Promise.reject(new Error("primary")),
      async () => await Promise.resolve([]),
    );
    await assert.rejects(client.infer("m", [input()], { signal }), /primary/);
  });
});

describe("createShadowClient's copies", () => {
  it("above the byte cap calls are not copied, and the bytes are free again after a copy", async () => {
    const hold = Promise.withResolvers<readonly Tensor[]>();
    const { client, seen } = openShadow(
      async () => await Promise.resolve([floats(1)]),
      async () => await hold.promise,
      { maxBytes: 12 },
    );
    await client.infer("m", [input()], { signal });
    await client.infer("m", [input()], { signal });
    assert.deepEqual(client.counts(), { compared: 0, dropped: 1, failed: 0 });
    hold.resolve([floats(1.5)]);
    await turn();
    await client.infer("m", [input()], { signal });
    await turn();
    assert.deepEqual(client.counts(), { compared: 2, dropped: 1, failed: 0 });
    assert.deepEqual(
      seen.map(({ model, maxAbsolute, values }) => [model, maxAbsolute, values]),
      [
        ["m", 0.5, 1],
        ["m", 0.5, 1],
      ],
    );
  });

  it("the copy asks the shadow's model with inputs of its own, and the primary's answer comes first", async () => {
    const late = Promise.withResolvers<void>();
    const asked: unknown[] = [];
    const { client, seen } = openShadow(
      async () => await Promise.resolve([floats(1)]),
      async (model, [tensor], { version }) => {
        await late.promise;
        asked.push(model, version, [...(tensor?.data ?? [])]);
        return [floats(1)];
      },
    );
    const tensor = input();
    const before = [...tensor.data];
    await client.infer("m", [tensor], { signal });
    tensor.data.fill(0);
    late.resolve();
    await turn();
    assert.deepEqual(asked, ["n", "2", before]);
    assert.equal(seen[0]?.maxAbsolute, 0);
    await client.infer("unshadowed", [tensor], { signal });
    client.close();
    await client.infer("m", [tensor], { signal });
    assert.equal(asked.length, 3);
  });
});

describe("outputDifference", () => {
  it("names outputs that cannot be compared", () => {
    const left = [floats(1), float32Tensor("a", [1], Float32Array.of(1))];
    const right = [float32Tensor("y", [1, 1], Float32Array.of(1)), float32Tensor("b", [1], Float32Array.of(1))];
    assert.deepEqual(outputDifference(left, right), { values: 0, maxAbsolute: 0, meanAbsolute: 0, incomparable: ["b", "y", "a"] });
  });

  it("NaN against a number is infinitely far, NaN against NaN and equal infinities are not", () => {
    assert.equal(outputDifference([floats(NaN)], [floats(1)]).maxAbsolute, Infinity);
    assert.equal(outputDifference([floats(NaN, Infinity)], [floats(NaN, Infinity)]).maxAbsolute, 0);
  });

  it("compares every datatype", () => {
    const pairs: readonly (readonly [Tensor, Tensor])[] = [
      [floats(1, 2), floats(1, 4)],
      [
        numericTensor({ name: "y", datatype: "INT64", shape: [1] }, BigInt64Array.of(-1n)),
        numericTensor({ name: "y", datatype: "INT64", shape: [1] }, BigInt64Array.of(1n)),
      ],
      [bfloat16Tensor("y", [1], Float32Array.of(3)), bfloat16Tensor("y", [1], Float32Array.of(1))],
      [
        numericTensor({ name: "y", datatype: "UINT8", shape: [1] }, Uint8Array.of(2)),
        numericTensor({ name: "y", datatype: "UINT8", shape: [1] }, Uint8Array.of(0)),
      ],
    ];
    for (const [left, right] of pairs) assert.equal(outputDifference([left], [right]).maxAbsolute, 2, left.datatype);
    assert.equal(outputDifference([booleanTensor("y", [1], [true])], [booleanTensor("y", [1], [false])]).maxAbsolute, 1);
    const texts = outputDifference([bytesTensor("y", [2], ["a", "b"])], [bytesTensor("y", [2], ["a", "c"])]);
    assert.deepEqual([texts.values, texts.maxAbsolute, texts.meanAbsolute], [2, 1, 0.5]);
  });
});
