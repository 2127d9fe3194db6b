import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { ModelContract } from "../client/contract.ts";
import { elementCount, type Tensor } from "../tensor.ts";
import { createTensorModel } from "./tensor-model.ts";

const CONTRACT: ModelContract = {
  name: "doubler",
  inputs: [
    { name: "ids", datatype: "INT64", shape: [-1, -1] },
    { name: "boxes", datatype: "INT32", shape: [-1, -1, 2] },
    { name: "image", datatype: "FP32", shape: [-1, 3] },
  ],
  outputs: [
    { name: "pooled", datatype: "FP32", shape: [-1, 3] },
    { name: "steps", datatype: "INT32", shape: [-1, -1, 2] },
  ],
};
const OPTIONS = { signal: new AbortController().signal, deadlineMs: 1_000 };
const PAD_ONE = new Uint8Array(BigInt64Array.of(1n).buffer);

function int32(name: string, shape: readonly number[], value: (index: number) => number): Tensor {
  const values = Int32Array.from({ length: elementCount(shape) }, (_, index) => value(index));
  return { name, datatype: "INT32", shape, data: new Uint8Array(values.buffer) };
}

/** One request whose every element tells whose it is. */
function requestOf(owner: number, rows: number, length: number): readonly Tensor[] {
  const ids = BigInt64Array.from({ length: rows * length }, (_, index) => BigInt(owner * 10_000 + index));
  const image = Float32Array.from({ length: rows * 3 }, (_, index) => owner * 100 + index);
  return [
    { name: "ids", datatype: "INT64", shape: [rows, length], data: new Uint8Array(ids.buffer) },
    int32("boxes", [rows, length, 2], (index) => owner * 10_000 + index),
    { name: "image", datatype: "FP32", shape: [rows, 3], data: new Uint8Array(image.buffer) },
  ];
}

function echo(tensor: Tensor | undefined, name: string): Tensor {
  assert.ok(tensor);
  return { ...tensor, name };
}

test("every request gets its own rows at its own length, whatever runs beside it", async () => {
  const model = createTensorModel({
    contract: CONTRACT,
    infer: async ([, boxes, image]) => [echo(boxes, "steps"), echo(image, "pooled")],
  });
  const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 0, max: 3 }), async (extents, extra) => {
      const requests = extents.map(([rows, length], owner) => requestOf(owner, rows, length));
      const length = Math.max(...extents.map(([, own]) => own)) + extra;
      const answers = await model.run(requests, { ...OPTIONS, length });
      for (const [index, [, boxes, image]] of requests.entries()) {
        assert.deepEqual(answers[index], [echo(image, "pooled"), echo(boxes, "steps")]);
      }
    }),
  );
});

test("inputs are padded with the element given, else with zeros, and only at the length", async () => {
  const seen: (readonly Tensor[])[] = [];
  const infer = async (tensors: readonly Tensor[]) => {
    seen.push(tensors);
    return [echo(tensors[1], "steps"), echo(tensors[2], "pooled")];
  };
  const model = createTensorModel({ contract: CONTRACT, padding: { ids: PAD_ONE }, infer });
  await model.run([requestOf(0, 1, 1), requestOf(1, 1, 2)], { ...OPTIONS, length: 3 });
  const [[ids, boxes, image] = []] = seen;
  assert.deepEqual(
    [ids?.shape, boxes?.shape, image?.shape],
    [
      [2, 3],
      [2, 3, 2],
      [2, 3],
    ],
  );
  assert.deepEqual([...new BigInt64Array(ids?.data.buffer as ArrayBuffer)], [0n, 1n, 1n, 10_000n, 10_001n, 1n]);
  assert.deepEqual([...new Int32Array(boxes?.data.buffer as ArrayBuffer)], [0, 1, 0, 0, 0, 0, 10_000, 10_001, 10_002, 10_003, 0, 0]);
});

test("an output that is shorter than the input is cut to its own length", async () => {
  const contract: ModelContract = {
    name: "halver",
    inputs: [{ name: "boxes", datatype: "INT32", shape: [-1, -1, 2] }],
    outputs: [{ name: "steps", datatype: "INT32", shape: [-1, -1, 2] }],
  };
  const infer = async () => [int32("steps", [2, 4, 2], (index) => index)];
  const model = createTensorModel({ contract, outputLength: (length) => Math.ceil(length / 2), infer });
  const requests = [2, 7].map((length) => [int32("boxes", [1, length, 2], () => 0)]);
  const answers = await model.run(requests, { ...OPTIONS, length: 8 });
  assert.deepEqual(
    answers.map(([steps]) => [steps?.shape, ...new Int32Array(steps?.data.buffer as ArrayBuffer)]),
    [
      [[1, 1, 2], 0, 1],
      [[1, 4, 2], 8, 9, 10, 11, 12, 13, 14, 15],
    ],
  );
});

const model = createTensorModel({ contract: CONTRACT, infer: async () => [] });

for (const [what, change, text] of [
  ["too few inputs", (request: readonly Tensor[]) => request.slice(1), /for model "doubler": it has 2 inputs, it must have 3/],
  ["another order", ([a, b, c]: readonly Tensor[]) => [b, a, c], /input "ids": it is "boxes" INT32/],
  [
    "a wrong datatype",
    ([a, ...rest]: readonly Tensor[]) => [{ ...a, datatype: "FP64" }, ...rest],
    /it must be "ids" INT64 \[2,4\] with 64/,
  ],
  ["other rows", ([a, b, c]: readonly Tensor[]) => [a, { ...b, shape: [1, 4, 2] }, c], /it must be "boxes" INT32 \[2,4,2\]/],
  ["another length", ([a, b, c]: readonly Tensor[]) => [a, { ...b, shape: [2, 3, 2] }, c], /it must be "boxes" INT32 \[2,4,2\]/],
  ["a wrong rank", ([a, ...rest]: readonly Tensor[]) => [{ ...a, shape: [2, 4, 1] }, ...rest], /INT64 \[2,4,1\]/],
  ["too few bytes", ([a, ...rest]: readonly Tensor[]) => [{ ...a, data: new Uint8Array(63) }, ...rest], /\[2,4\] with 63 bytes/],
] as const) {
  test(`a request with ${what} is refused, naming both sides`, () => {
    const request = change(requestOf(1, 2, 4)) as readonly Tensor[];
    assert.throws(() => model.extentOf(request), { code: "INVALID_ARGUMENT", message: text });
  });
}

for (const [what, steps, text] of [
  ["rows", int32("steps", [3, 4, 2], () => 0), /it is INT32 \[3,4,2\] with 96 bytes, it must be INT32 \[2,-1,2\]/],
  ["length", int32("steps", [2, 3, 2], () => 0), /axis 1 is 3 long, it must be at least 4/],
  ["name", int32("other", [2, 4, 2], () => 0), /reading output "steps": the model did not give it/],
  ["bytes", { ...int32("steps", [2, 4, 2], () => 0), data: new Uint8Array(8) }, /with 8 bytes/],
] as const) {
  test(`an answer with wrong ${what} fails the request instead of giving away foreign rows`, async () => {
    const infer = async (inputs: readonly Tensor[]) => [steps, echo(inputs[2], "pooled")];
    const broken = createTensorModel({ contract: CONTRACT, infer });
    await assert.rejects(broken.run([requestOf(0, 2, 4)], { ...OPTIONS, length: 4 }), { code: "INTERNAL", message: text });
  });
}
