import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeHuffman } from "./huffman.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { encodeHeaders } from "./hpack-encoder.ts";

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ""), "hex");
const plain = (headers: Readonly<Record<string, string>>) => ({ ...headers });

describe("HpackDecoder", () => {
  it("reads the examples of RFC 7541, C.3 and C.4: three requests on one connection", () => {
    const literal = [
      "828684410f7777772e6578616d706c652e636f6d",
      "828684be58086e6f2d6361636865",
      "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    ];
    const huffman = ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"];
    const base = { ":method": "GET", ":authority": "www.example.com" };
    const wanted = [
      { ...base, ":scheme": "http", ":path": "/" },
      { ...base, ":scheme": "http", ":path": "/", "cache-control": "no-cache" },
      { ...base, ":scheme": "https", ":path": "/index.html", "custom-key": "custom-value" },
    ];
    for (const blocks of [literal, huffman]) {
      const decoder = new HpackDecoder(16_384);
      assert.deepEqual(
        blocks.map((block) => plain(decoder.decode(hex(block)))),
        wanted,
      );
    }
  });

  it("joins values of one name and keeps a name that is an object's own", () => {
    const block = encodeHeaders([
      ["a", "1"],
      ["a", "2"],
      ["__proto__", "x"],
    ]);
    const headers = new HpackDecoder(16_384).decode(block);
    assert.equal(headers["a"], "1,2");
    assert.equal(headers["__proto__"], "x");
  });

  it("reads back what the encoder writes, whatever its length", () => {
    const text = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), maxLength: 400 });
    fc.assert(
      fc.property(text, (value) => {
        assert.equal(
          new HpackDecoder(16_384).decode(
            encodeHeaders([
              [":status", "415"],
              ["x", value],
            ]),
          )["x"],
          value,
        );
      }),
    );
  });
});

describe("HpackDecoder with wrong bytes", () => {
  for (const [what, block] of [
    ["an index that is not there", "ff00"],
    ["index 0", "80"],
    ["a text that ends early", "000561"],
    ["a number without an end", "ffffffffffffffff"],
    ["a name without a value", "000161"],
    ["a table larger than is offered", "3fe2ffff03"],
    ["a Huffman code with wrong padding", "00016181fe"],
    ["the end of string inside", "00016184ffffffff"],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => new HpackDecoder(16_384).decode(hex(block)), { code: "INVALID_ARGUMENT" });
    });
  }

  it("refuses headers that are larger than is offered, in text or in number", () => {
    assert.throws(() => new HpackDecoder(100).decode(encodeHeaders([["a", "x".repeat(100)]])), { code: "RESOURCE_EXHAUSTED" });
    assert.throws(() => new HpackDecoder(1_000_000).decode(Buffer.alloc(1_000, 0x82)), { code: "RESOURCE_EXHAUSTED" });
  });

  it("never fails otherwise, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          new HpackDecoder(4_096).decode(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof Error && "code" in error && ["INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"].includes(String(error.code)));
        }
      }),
    );
  });
});

describe("decodeHuffman", () => {
  it("reads an empty text and refuses padding of a whole byte", () => {
    assert.equal(decodeHuffman(Buffer.alloc(0)), "");
    assert.equal(decodeHuffman(Buffer.from([0xff])), undefined);
  });
});
