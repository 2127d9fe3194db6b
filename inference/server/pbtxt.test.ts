import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { PayerHubError } from "../../runtime/error.ts";
import { parsePbtxt } from "./pbtxt.ts";

const plain = (text: string): unknown => JSON.parse(JSON.stringify(parsePbtxt(text)));

it("parsePbtxt: reads scalars of every kind", () => {
  const text = `name: "a" 'b' count: -3 share: 0.5e-1 flag: true other: false kind: KIND_CPU hex: 0x1F half: 1.5f`;
  assert.deepEqual(plain(text), {
    name: ["ab"],
    count: [-3],
    share: [0.05],
    flag: [true],
    other: [false],
    kind: ["KIND_CPU"],
    hex: [31],
    half: [1.5],
  });
});

it("parsePbtxt: reads messages in both brackets, with and without colon, and lists of both", () => {
  const text = `a { b: 1 } a: < b: 2 >, list: [1, 2, 3]; messages [ { c: "x" }, { c: "y" } ] empty: []`;
  assert.deepEqual(plain(text), {
    a: [{ b: [1] }, { b: [2] }],
    list: [1, 2, 3],
    messages: [{ c: ["x"] }, { c: ["y"] }],
    empty: [],
  });
});

it("parsePbtxt: skips comments and keeps a hash inside a string", () => {
  assert.deepEqual(plain('# first\nname: "a#b" # last'), { name: ["a#b"] });
});

it("parsePbtxt: unescapes strings", () => {
  assert.deepEqual(plain(String.raw`name: "a\"b\\c\n"`), { name: ['a"b\\c\n'] });
});

for (const [what, text] of [
  ["an open message", "a { b: 1"],
  ["a surplus bracket", "a { b: 1 } }"],
  ["a field without a value", "a:"],
  ["a scalar without a colon", "a 1"],
  ["a list without an end", "a: [1, 2"],
  ["a list without commas", "a: [1 2]"],
  ["an unknown character", "a: %"],
  ["an open string", 'a: "b'],
  ["an unknown escape", String.raw`a: "\q"`],
  ["a number that is none", "a: 1x2"],
  ["a number as a name", "1: 2"],
  ["nesting without end", "a {".repeat(50)],
] as const) {
  it(`refuses ${what}`, () => {
    assert.throws(
      () => parsePbtxt(text),
      (error) => error instanceof PayerHubError && error.code === "INVALID_ARGUMENT",
    );
  });
}

it("parsePbtxt: names the line", () => {
  assert.throws(() => parsePbtxt("a: 1\nb: 2\nc: ]"), /at line 3/);
});

it("parsePbtxt: does not let a field reach the prototype", () => {
  const parsed = parsePbtxt("__proto__ { polluted: true } constructor: 1");
  assert.equal("polluted" in {}, false);
  assert.deepEqual(Object.keys(parsed).toSorted(), ["__proto__", "constructor"]);
});

it("parsePbtxt: ends with a result or a coded error on any text", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9:{}[\]<>,;"'# \n\\.-]{0,60}$/), (text) => {
      try {
        parsePbtxt(text);
      } catch (error) {
        assert.ok(error instanceof PayerHubError);
      }
    }),
  );
});
