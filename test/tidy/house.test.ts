import assert from "node:assert/strict";
import test from "node:test";
import { MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_PARAMETERS } from "./budgets.ts";
import { stronglyConnected } from "./cycles.ts";
import { BANNED_NAMES, BANNED_WORDS } from "./names.ts";
import { findingsOf, rulesBroken } from "./plant.ts";

/** Lines that hold one statement each. */
function statements(count: number): string {
  return Array.from({ length: count }, (_, index) => `export const value${index} = ${index};\n`).join("");
}

/** A function of exactly `count` lines. */
function functionOf(count: number): string {
  const body = Array.from({ length: count - 2 }, (_, index) => `  call(${index});\n`).join("");
  return `export function planted(call: (value: number) => void): void {\n${body}}\n`;
}

function parameters(count: number): string {
  const list = Array.from({ length: count }, (_, index) => `p${index}: number`).join(", ");
  return `export function planted(${list}): number {\n  return ${Array.from({ length: count }, (_, index) => `p${index}`).join(" + ")};\n}\n`;
}

test("the clean tree breaks nothing", () => {
  assert.deepEqual(findingsOf({ "runtime/planted.ts": "export const planted = 1;\n" }), []);
});

for (const [budget, at, over] of [
  ["file-length", statements(MAX_FILE_LINES), statements(MAX_FILE_LINES + 1)],
  ["function-length", functionOf(MAX_FUNCTION_LINES), functionOf(MAX_FUNCTION_LINES + 1)],
  ["parameters", parameters(MAX_PARAMETERS), parameters(MAX_PARAMETERS + 1)],
] as const) {
  test(`the budget ${budget} holds at its limit and is caught one past it`, () => {
    assert.deepEqual(rulesBroken({ "mesh/planted.ts": at }), []);
    assert.deepEqual(rulesBroken({ "mesh/planted.ts": over }), [budget]);
  });
}

test("a rest parameter that is taken apart counts each of its names", () => {
  const planted = (names: string): string =>
    `export const planted = (first: number, ...[${names}]: readonly number[]): unknown => [first, ${names}];\n`;
  assert.deepEqual(rulesBroken({ "mesh/planted.ts": planted("a, b, c") }), []);
  assert.deepEqual(rulesBroken({ "mesh/planted.ts": planted("a, b, c, d") }), ["parameters"]);
});

test("length budgets spare tables of facts and generated code", () => {
  const long = statements(MAX_FILE_LINES + 1);
  assert.deepEqual(rulesBroken({ "mesh/x12/guides/planted.ts": long, "corpus/data/planted.ts": long }), []);
  assert.deepEqual(rulesBroken({ "proto/v1/planted.pb.ts": long, "proto/v1/planted.proto": "" }), []);
});

for (const name of [...BANNED_NAMES, ...BANNED_WORDS]) {
  test(`the name ${name} is caught as file, as folder and as test`, () => {
    assert.deepEqual(rulesBroken({ [`mesh/${name}.ts`]: statements(1) }), ["name"]);
    assert.deepEqual(rulesBroken({ [`mesh/${name}/planted.ts`]: statements(1) }), ["name"]);
    assert.ok(rulesBroken({ [`mesh/${name}.test.ts`]: statements(1) }).includes("name"));
  });
}

test("a banned word is caught inside a name, a banned whole name is not", () => {
  assert.deepEqual(rulesBroken({ "mesh/date-utils.ts": statements(1) }), ["name"]);
  assert.deepEqual(rulesBroken({ "mesh/member-index.ts": statements(1) }), []);
});

test("code stands at most two folders below its top folder", () => {
  assert.deepEqual(rulesBroken({ "mesh/claims/rules/planted.ts": statements(1) }), []);
  assert.deepEqual(rulesBroken({ "mesh/claims/rules/more/planted.ts": statements(1) }), ["depth"]);
});

for (const [rule, code] of [
  ["any", "export const planted = (value: any): string => String(value);\n"],
  ["any", "export const planted = JSON.parse('1') as any;\n"],
  ["decorator", "const mark = (target: object): void => void target;\n@mark\nexport class Planted {}\n"],
  ["default-export", "export default 1;\n"],
  ["enum", "export enum Planted { A }\n"],
  ["enum", "export const enum Planted { A }\n"],
  ["environment", "export const planted = process.env.HOME;\n"],
  ["environment", 'export const planted = process["env"]["HOME"];\n'],
  ["environment", 'import { env } from "node:process";\nexport const planted = env["HOME"];\n'],
  ["module-state", "export let planted = 1;\n"],
  ["module-state", "var planted = 1;\nexport const read = () => planted;\n"],
  ["module-state", "const planted = new Map<string, number>();\nexport const read = () => planted.get('a');\n"],
  ["namespace", "export namespace Planted { export const a = 1; }\n"],
  ["parameter-property", "export class Planted { constructor(private readonly a: number) {} read() { return this.a; } }\n"],
  ["re-export", 'export * from "./other.ts";\n'],
  ["re-export", 'export { other } from "./other.ts";\n'],
  ["silenced", "// @ts-ignore\nexport const planted = 1;\n"],
  ["silenced", "// @ts-expect-error\nexport const planted = 1;\n"],
  ["unfinished", "// TODO: later\nexport const planted = 1;\n"],
  ["unfinished", "/** FIXME */\nexport const planted = 1;\n"],
] as const) {
  test(`${rule} is caught in ${JSON.stringify(code.split("\n")[0])}`, () => {
    assert.deepEqual(rulesBroken({ "mesh/planted.ts": code }), [rule]);
  });
}

test("what looks forbidden inside a string or below the top level is let through", () => {
  const code = 'export const planted = () => {\n  let any = "TODO export default process.env";\n  any += "x";\n  return any;\n};\n';
  assert.deepEqual(rulesBroken({ "mesh/planted.ts": code }), []);
});

test("the hooks of a test file may share what they started", () => {
  const code = 'import assert from "node:assert/strict";\nlet planted = 0;\nplanted += 1;\nassert.ok(planted);\n';
  assert.deepEqual(rulesBroken({ "mesh/planted.test.ts": code }), []);
  assert.deepEqual(rulesBroken({ "mesh/planted.ts": code }), ["module-state"]);
});

test("a process's config.ts may read the environment", () => {
  const code = "export const planted = process.env.HOME;\n";
  assert.deepEqual(rulesBroken({ "edge/config.ts": code, "mesh/config.ts": code }), []);
  assert.deepEqual(rulesBroken({ "edge/main.ts": code }), ["environment"]);
});

for (const call of [
  'mock.module("x")',
  't.mock.module("x")',
  'test.skip("x")',
  'it.todo("x")',
  "t.skip()",
  'test("x", { skip: true }, f)',
]) {
  test(`${call} is caught in a test`, () => {
    const broken = rulesBroken({ "mesh/planted.test.ts": `import assert from "node:assert/strict";\nassert.ok(1);\n${call};\n` });
    assert.deepEqual(broken, [call.includes("mock") ? "module-mock" : "skipped-test"]);
  });
}

test("a test file without an assertion is caught, one that asserts through an imported suite is not", () => {
  assert.deepEqual(rulesBroken({ "mesh/planted.test.ts": 'import test from "node:test";\ntest("x", () => {});\n' }), ["assertion"]);
  const suite = 'import assert from "node:assert/strict";\nexport const suite = () => assert.ok(1);\n';
  assert.deepEqual(rulesBroken({ "mesh/planted.test.ts": 'import { suite } from "./suite.ts";\nsuite();\n', "mesh/suite.ts": suite }), []);
});

test("import cycles are caught, of two, of three and of types alone", () => {
  const link = (to: string): string => `import { b } from "./${to}.ts";\nexport const a = b;\n`;
  assert.deepEqual(rulesBroken({ "mesh/a.ts": link("b"), "mesh/b.ts": link("a") }), ["cycle"]);
  assert.deepEqual(rulesBroken({ "mesh/a.ts": link("b"), "mesh/b.ts": link("c"), "mesh/c.ts": link("a") }), ["cycle"]);
  const typed = (to: string): string => link(to).replace("import", "import type");
  assert.deepEqual(rulesBroken({ "mesh/a.ts": typed("b"), "mesh/b.ts": typed("a") }), ["cycle"]);
  assert.deepEqual(rulesBroken({ "mesh/a.ts": link("b"), "mesh/b.ts": link("c"), "mesh/c.ts": "export const b = 1;\n" }), []);
});

test("two cycles are two groups, a chain that leads into a cycle is none", () => {
  const edges = { a: ["b"], b: ["a"], c: ["d"], d: ["e"], e: ["c"], f: ["a"], g: ["g"] };
  assert.deepEqual(stronglyConnected(new Map(Object.entries(edges))), [["a", "b"], ["c", "d", "e"], ["g"]]);
});

test("a path outside the checkout is caught in any text file", () => {
  const foreign = ["..", "shared", "facts.md"].join("/");
  assert.deepEqual(rulesBroken({ "docs/planted.md": `see ${foreign}\n` }), ["foreign-path"]);
  assert.deepEqual(rulesBroken({ "mesh/planted.ts": `export const planted = "${foreign}";\n` }), ["foreign-path"]);
});
