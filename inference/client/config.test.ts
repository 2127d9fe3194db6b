import assert from "node:assert/strict";
import { it } from "node:test";
import { inferenceClientFrom, inferenceClientSchema } from "./config.ts";

for (const [name, ...values] of [
  [
    "TRITON_CANARY",
    "biobert",
    "biobert=next",
    "biobert=next@",
    "biobert=next@101",
    "biobert=next@-1",
    "biobert=next@ten",
    "=next@5",
    "a=b:0@5",
    "a=b:new@5",
    "a=b@5,a=c@5",
    "a b=c@5",
    "a=b@1.2.3",
  ],
  ["TRITON_SHADOW", "biobert@5", "a=b@1000", "a=b@5,a=b@6", `${"a=b@1,".repeat(17)}`],
  ["TRITON_HEDGE_PERCENT", "5.1", "-1", "some", "", "1e0"],
  ["TRITON_POD_MAX_BYTES", "1048575", "2147483649", "0", "-1", "many", "", "1048576.5"],
] as const) {
  for (const value of values) {
    it(`${name}=${value} is refused by name`, () => {
      assert.throws(() => inferenceClientFrom({ [name]: value }), new RegExp(name));
    });
  }
}

it("a model has a canary or a shadow, not both", () => {
  assert.throws(() => inferenceClientFrom({ TRITON_CANARY: "a=b@5", TRITON_SHADOW: "a=c@5" }), /one of them/);
});

it("an empty environment asks each call once, of the model that it names", () => {
  const nothing = { canary: [], shadow: [], hedgeShare: 0, maxBytesPerPod: 134_217_728, tls: {} };
  assert.deepEqual(inferenceClientFrom({}), nothing);
  assert.deepEqual(inferenceClientFrom({ TRITON_CANARY: "", TRITON_SHADOW: " , " }), nothing);
  assert.deepEqual(inferenceClientSchema.parse({}), nothing);
});

it("each variable reaches its setting", () => {
  assert.deepEqual(
    inferenceClientFrom({
      TRITON_CANARY: "biobert=biobert:2@10, layoutlmv3=layoutlmv3_next@0.5",
      TRITON_SHADOW: "autoencoder=autoencoder:3@100",
      TRITON_HEDGE_PERCENT: "2.5",
      TRITON_POD_MAX_BYTES: "1048576",
    }),
    {
      canary: [
        { model: "biobert", toModel: "biobert", toVersion: "2", share: 0.1 },
        { model: "layoutlmv3", toModel: "layoutlmv3_next", share: 0.005 },
      ],
      shadow: [{ model: "autoencoder", toModel: "autoencoder", toVersion: "3", share: 1 }],
      hedgeShare: 0.025,
      maxBytesPerPod: 1_048_576,
      tls: {},
    },
  );
});
