import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { bfloat16Tensor, bfloat16Values } from "./bfloat16-tensor.ts";
import { booleansOf, booleanTensor } from "./boolean-tensor.ts";
import { bytesOf, bytesTensor, packBytes, textsOf, unpackBytes } from "./bytes-tensor.ts";
import { numbersOf, numericTensor } from "./numeric-tensor.ts";
import { toFloat32 } from "./tensor.ts";
import type { Tensor } from "./tensor.ts";

/** The same tensor in memory that starts one byte later, as a slice of a received message may. */
function shifted(tensor: Tensor): Tensor {
  const memory = Buffer.concat([Buffer.alloc(1), tensor.data]);
  return { ...tensor, data: memory.subarray(1) };
}

describe("tensors that are wrong", () => {
  it("a number of values that does not fill the shape is refused", () => {
    const of = { name: "x", shape: [2, 2] };
    const refused = { code: "INVALID_ARGUMENT", message: 'building tensor "x": it has 3 values, shape [2,2] needs 4' };
    assert.throws(() => numericTensor({ ...of, datatype: "INT64" }, new BigInt64Array(3)), refused);
    assert.throws(() => bfloat16Tensor("x", [2, 2], new Float32Array(3)), refused);
    assert.throws(() => booleanTensor("x", [2, 2], [true, true, true]), refused);
    assert.throws(() => bytesTensor("x", [2, 2], ["a", "b", "c"]), refused);
  });

  it("another datatype or another number of bytes is refused", () => {
    const tensor = { name: "x", datatype: "INT32", shape: [2], data: new Uint8Array(7) } as const;
    const refused = { code: "INTERNAL", message: /reading tensor "x"/ };
    for (const read of [booleansOf, bytesOf, bfloat16Values, toFloat32]) assert.throws(() => read(tensor), refused);
    assert.throws(() => numbersOf(tensor, "INT32"), refused);
    assert.throws(() => numbersOf({ ...tensor, data: new Uint8Array(8) }, "UINT32"), refused);
  });

  it("BYTES whose lengths do not add up are refused", () => {
    const tensor = { name: "x", datatype: "BYTES", shape: [1] } as const;
    assert.throws(() => bytesOf({ ...tensor, data: Uint8Array.of(9, 0, 0, 0, 65) }), /a length reaches beyond its data/);
    assert.throws(() => bytesOf({ ...tensor, data: Uint8Array.of(0, 0, 0) }), { code: "INTERNAL" });
    assert.throws(() => bytesOf({ ...tensor, data: new Uint8Array(8) }), /it has 2 elements, it must have 1/);
  });
});

describe("numericTensor and numbersOf", () => {
  it("every datatype comes back as it went, aligned or not", () => {
    const shape = [2];
    const of = { name: "x", shape } as const;
    const cases = [
      [numericTensor({ ...of, datatype: "UINT8" }, Uint8Array.of(0, 255)), "UINT8"],
      [numericTensor({ ...of, datatype: "UINT16" }, Uint16Array.of(0, 65_535)), "UINT16"],
      [numericTensor({ ...of, datatype: "UINT32" }, Uint32Array.of(0, 4_294_967_295)), "UINT32"],
      [numericTensor({ ...of, datatype: "UINT64" }, BigUint64Array.of(0n, 2n ** 64n - 1n)), "UINT64"],
      [numericTensor({ ...of, datatype: "INT8" }, Int8Array.of(-128, 127)), "INT8"],
      [numericTensor({ ...of, datatype: "INT16" }, Int16Array.of(-32_768, 32_767)), "INT16"],
      [numericTensor({ ...of, datatype: "INT32" }, Int32Array.of(-(2 ** 31), 7)), "INT32"],
      [numericTensor({ ...of, datatype: "INT64" }, BigInt64Array.of(-(2n ** 63n), 7n)), "INT64"],
      [numericTensor({ ...of, datatype: "FP16" }, Float16Array.of(-0.5, 65_504)), "FP16"],
      [numericTensor({ ...of, datatype: "FP32" }, Float32Array.of(-0.5, 2 ** 127)), "FP32"],
      [numericTensor({ ...of, datatype: "FP64" }, Float64Array.of(-0.5, 1e300)), "FP64"],
    ] as const;
    for (const [tensor, datatype] of cases) {
      assert.deepEqual(numbersOf(shifted(tensor), datatype), numbersOf(tensor, datatype), datatype);
      assert.equal(numbersOf(tensor, datatype).buffer, tensor.data.buffer, "an aligned tensor is not copied");
    }
  });

  it("float16 is IEEE binary16, little-endian", () => {
    const tensor = numericTensor({ name: "x", datatype: "FP16", shape: [3] }, Float16Array.of(1, -2, 65_504));
    assert.deepEqual([...tensor.data], [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b]);
  });
});

describe("bfloat16", () => {
  it("rounds to the nearest with ties to even, and keeps infinities and NaN", () => {
    const exact = (value: number) => bfloat16Values(bfloat16Tensor("x", [1], Float32Array.of(value)))[0];
    assert.deepEqual([1, -2, Infinity, -Infinity, NaN].map(exact), [1, -2, Infinity, -Infinity, NaN]);
    // One ulp is 2^-7 at 1: a tie goes to the even neighbour.
    assert.deepEqual([1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20].map(exact), [1, 1 + 2 ** -6, 1 + 2 ** -7]);
    assert.equal(exact(3.4e38), Infinity);
  });

  it("is within half an ulp for every finite number, aligned or not", () => {
    const inRange = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-3e38), max: Math.fround(3e38) });
    fc.assert(
      fc.property(fc.array(inRange), (numbers) => {
        const values = Float32Array.from(numbers);
        const back = bfloat16Values(shifted(bfloat16Tensor("x", [values.length], values)));
        for (const [index, value] of values.entries())
          assert.ok(Math.abs((back[index] ?? NaN) - value) <= Math.max(Math.abs(value) * 2 ** -8, 2 ** -133));
      }),
    );
  });
});

it("booleans are one byte each; every byte but 0 is true", () => {
  const tensor = booleanTensor("x", [1, 2], [true, false]);
  assert.deepEqual([...tensor.data], [1, 0]);
  assert.deepEqual(booleansOf({ ...tensor, data: Uint8Array.of(0, 7) }), [false, true]);
});

describe("BYTES", () => {
  it("elements of any bytes and texts come back", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), fc.array(fc.string({ unit: "grapheme" })), (elements, texts) => {
        assert.deepEqual(
          bytesOf(bytesTensor("x", [elements.length], elements)),
          elements.map((element) => Buffer.from(element)),
        );
        assert.deepEqual(textsOf(shifted(bytesTensor("x", [texts.length], texts))), texts);
      }),
    );
  });

  it("unpackBytes ends for any bytes and never gives more than it got", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const elements = unpackBytes(bytes);
        if (elements !== undefined) assert.deepEqual(new Uint8Array(packBytes(elements)), bytes);
      }),
    );
  });
});
