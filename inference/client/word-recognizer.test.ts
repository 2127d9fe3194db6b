import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PayerHubError } from "../../runtime/error.ts";
import { RECOGNIZER, RECOGNIZER_CLASSES, RECOGNIZER_ROWS } from "../models/recognizer.ts";
import { float32Tensor } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import type { InferenceClient } from "./triton.ts";
import { createWordRecognizer, type WordPicture } from "./word-recognizer.ts";

const options = { signal: new AbortController().signal, deadlineMs: 1000 };

/** A picture whose every byte is `shade`. */
function picture(width: number, shade = 0): WordPicture {
  return { width, data: new Uint8Array(width * RECOGNIZER_ROWS).fill(shade) };
}

/** Answers every picture with rows that hold its first byte as the log probability, and notes what was asked. */
function echo(): { readonly client: InferenceClient; readonly shapes: (readonly number[])[]; readonly verified: string[] } {
  const [shapes, verified]: [(readonly number[])[], string[]] = [[], []];
  const infer: InferenceClient["infer"] = async (_model, [input]) => {
    const [batch = 0, rows = 0, width = 0] = input?.shape ?? [];
    shapes.push([batch, rows, width]);
    const each = (width / 4) * RECOGNIZER_CLASSES;
    const values = Float32Array.from({ length: batch * each }, (_, at) => -(input?.data[Math.floor(at / each) * rows * width] ?? 0));
    return [float32Tensor("log_probs", [batch, width / 4, RECOGNIZER_CLASSES], values)];
  };
  const verify: InferenceClient["verify"] = async (contracts) => void verified.push(...contracts.map(({ name }) => name));
  return { client: { infer, verify }, shapes, verified };
}

describe("createWordRecognizer", () => {
  for (const [what, wrong] of [
    ["wider than the model takes", picture(513)],
    ["with fewer bytes than its width says", { width: 40, data: new Uint8Array(40) }],
  ] as const) {
    it(`refuses a picture ${what}`, async () => {
      await assert.rejects(createWordRecognizer(echo().client).recognize([wrong], options), { code: "INVALID_ARGUMENT" });
    });
  }

  for (const [what, outputs] of [
    ["no output", []],
    ["too few numbers", [float32Tensor("log_probs", [1], Float32Array.of(-1))]],
    [
      "a number that is no log probability",
      [float32Tensor("log_probs", [8, RECOGNIZER_CLASSES], new Float32Array(8 * RECOGNIZER_CLASSES).fill(2))],
    ],
    ["no numbers", [float32Tensor("log_probs", [8, RECOGNIZER_CLASSES], new Float32Array(8 * RECOGNIZER_CLASSES).fill(Number.NaN))]],
  ] satisfies readonly (readonly [string, readonly Tensor[]])[]) {
    it(`rejects an answer with ${what} as one that may be better next time`, async () => {
      const client = { ...echo().client, infer: async () => outputs };
      await assert.rejects(createWordRecognizer(client).recognize([picture(30)], options), { code: "UNAVAILABLE" });
    });
  }

  it("asks for nothing when there is nothing to read", async () => {
    const { client, shapes } = echo();
    assert.deepEqual(await createWordRecognizer(client).recognize([], options), []);
    assert.deepEqual(shapes, []);
  });

  it("sends pictures of one padded width together, at most 64 a call, and answers in the order given", async () => {
    const { client, shapes, verified } = echo();
    const widths = [10, 200, 33, ...Array.from({ length: 70 }, () => 64), 512];
    const rows = await createWordRecognizer(client).recognize(
      widths.map((width, at) => picture(width, at)),
      options,
    );
    assert.deepEqual(
      rows.map((row) => [row.length, -(row[0] ?? 0)]),
      widths.map((width, at) => [((width > 224 ? 512 : width > 64 ? 224 : width > 32 ? 64 : 32) / 4) * RECOGNIZER_CLASSES, at]),
    );
    assert.deepEqual(shapes.map(String).sort(), ["1,32,224", "1,32,32", "1,32,512", "64,32,64", "7,32,64"]);
    assert.deepEqual(verified, [RECOGNIZER.name]);
  });

  it("verifies the model again after a failure", async () => {
    const { client, verified } = echo();
    let fails = true;
    const recognizer = createWordRecognizer({
      ...client,
      infer: async (...call) => {
        if (fails) throw new PayerHubError("UNAVAILABLE", "inferring: the server is away, it must answer");
        return await client.infer(...call);
      },
    });
    await assert.rejects(recognizer.recognize([picture(30)], options), { code: "UNAVAILABLE" });
    fails = false;
    assert.equal((await recognizer.recognize([picture(30)], options)).length, 1);
    assert.deepEqual(verified, [RECOGNIZER.name, RECOGNIZER.name]);
  });
});
