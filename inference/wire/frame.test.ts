import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FrameAssembler } from "./frame.ts";

const frameOf = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

describe("FrameAssembler", () => {
  it("refuses compressed frames and frames above the limit as soon as their head is there", () => {
    const assembler = () => new FrameAssembler(10, () => assert.fail("a message was delivered"));
    assert.throws(() => assembler().push(Buffer.from([1, 0, 0, 0, 1])), { code: "UNIMPLEMENTED" });
    assert.throws(() => assembler().push(Buffer.from([0, 0, 0, 0, 11])), { code: "RESOURCE_EXHAUSTED", message: /11 bytes, at most 10/ });
    assert.throws(() => assembler().push(Buffer.from([0, 0xff, 0xff, 0xff, 0xff])), { code: "RESOURCE_EXHAUSTED" });
  });

  it("gives the same messages however they are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.array(fc.nat({ max: 60 })), (messages, cuts) => {
        const got: Buffer[] = [];
        const assembler = new FrameAssembler(50, (message) => got.push(message));
        let rest = Buffer.concat(messages.map(frameOf));
        for (const cut of cuts) {
          assembler.push(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        assembler.push(rest);
        assert.deepEqual(
          got,
          messages.map((message) => Buffer.from(message)),
        );
        assert.equal(assembler.whole, true);
      }),
    );
  });

  it("tells that a frame has begun", () => {
    const assembler = new FrameAssembler(10, () => {});
    assembler.push(Buffer.from([0, 0]));
    assert.equal(assembler.whole, false);
    assembler.push(Buffer.from([0, 0, 2, 1]));
    assert.equal(assembler.whole, false);
    assembler.push(Buffer.from([2]));
    assert.equal(assembler.whole, true);
  });
});
