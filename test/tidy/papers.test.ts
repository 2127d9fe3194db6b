import assert from "node:assert/strict";
import test from "node:test";
import { checkTree } from "../tidy.ts";
import { ARROWS } from "./arrows.ts";
import { findingsOf, rulesBroken } from "./plant.ts";

const RECORD = "# A decision\n\n## Context\n\nx\n\n## Decision\n\nx\n\n## Consequences\n\nx\n";

test("a link must lead to a file or folder of the tree", () => {
  const page = (target: string): Record<string, string> => ({ "docs/guide.md": `see [it](${target})\n`, "docs/other.md": "x\n" });
  for (const target of ["other.md", "./other.md#part", "../docs", "https://example.org/x", "#part", "../package.json"]) {
    assert.deepEqual(rulesBroken(page(target)), [], target);
  }
  assert.deepEqual(rulesBroken(page("gone.md")), ["link"]);
  assert.deepEqual(rulesBroken({ "docs/guide.md": "```\n[x](gone.md)\n```\n`[x](gone.md)`\n" }), []);
});

test("a link may lead to a file that is not text, when it is there", () => {
  const page = new Map([["docs/guide.md", "![x](page.png)\n"]]);
  assert.deepEqual(checkTree(page, new Set(["docs/page.png"])), []);
  assert.deepEqual(
    checkTree(page).map((finding) => [finding.rule, finding.line]),
    [["link", 1]],
  );
});

test("decision records are numbered without gap or double and have their three parts", () => {
  const [first, second] = ["docs/adr/0001-one.md", "docs/adr/0002-two.md"];
  assert.deepEqual(rulesBroken({ [first]: RECORD, [second]: RECORD }), []);
  assert.deepEqual(rulesBroken({ [first]: RECORD, "docs/adr/0003-three.md": RECORD }), ["adr"]);
  assert.deepEqual(rulesBroken({ [first]: RECORD, "docs/adr/0001-again.md": RECORD }), ["adr"]);
  assert.deepEqual(rulesBroken({ "docs/adr/first.md": RECORD }), ["adr"]);
  assert.match(findingsOf({ [first]: RECORD.replace("## Decision", "## Verdict") })[0]?.message ?? "", /has no "## Decision"/);
});

test("README.md lists what the processes read from the environment, no more and no less", () => {
  const config = 'export const read = (env: Env) => ({ a: env["PLANTED_A"], b: env.PLANTED_B });\n';
  const schema = "export const schema = z.object({\n  PLANTED_C: z.string(),\n  PLANTED_D: number.default(1),\n});\n";
  const rows = (...names: string[]): string => names.map((name) => `| \`${name}\` | x |\n`).join("");
  const files = { "edge/config.ts": config, "mesh/config.ts": schema };
  const all = ["PLANTED_A", "PLANTED_B", "PLANTED_C", "PLANTED_D"];
  assert.deepEqual(rulesBroken({ ...files, "README.md": rows(...all) }), []);
  for (const name of all) {
    const [finding, ...others] = findingsOf({ ...files, "README.md": rows(...all.filter((other) => other !== name)) });
    assert.deepEqual([finding?.rule, others.length], ["configuration", 0], name);
  }
  assert.deepEqual(rulesBroken({ ...files, "README.md": rows(...all, "PLANTED_E") }), ["configuration"]);
});

test("ARCHITECTURE.md shows the arrow table that is enforced", () => {
  const row = ([folder, allowed]: [string, readonly string[]]): string =>
    `| \`${folder}\` | ${allowed.length === 0 ? "nothing" : allowed.map((prefix) => `\`${prefix}\``).join(", ")} |\n`;
  const rows = Object.entries(ARROWS).map(row);
  assert.deepEqual(rulesBroken({ "ARCHITECTURE.md": rows.join("") }), []);
  assert.deepEqual(rulesBroken({ "ARCHITECTURE.md": rows.slice(1).join("") }), ["arrow-table"]);
});

test("the id of a claim rule stands once", () => {
  const rule = (id: string): string => `export const planted = [\n  {\n    id: "${id}",\n  },\n];\n`;
  assert.deepEqual(rulesBroken({ "mesh/claims/rules/a.ts": rule("NCCI-1"), "mesh/claims/rules/b.ts": rule("NCCI-2") }), []);
  const [finding] = findingsOf({ "mesh/claims/rules/a.ts": rule("NCCI-1"), "mesh/claims/rules/b.ts": rule("NCCI-1") });
  assert.deepEqual([finding?.rule, finding?.path, finding?.line], ["catalogue", "mesh/claims/rules/b.ts", 3]);
});

for (const [what, manifest, lock] of [
  ["a version range", { dependencies: { zod: "^4.6.7" } }, { "": { dependencies: { zod: "^4.6.7" } } }],
  ["a package that the lock lacks", { dependencies: { zod: "4.6.7" } }, { "": {} }],
  ["a lock that has more", {}, { "": { devDependencies: { zod: "4.6.7" } } }],
  ["an install script that nobody judged", {}, { "": {}, "node_modules/a/node_modules/@x/evil": { hasInstallScript: true } }],
] as const) {
  test(`${what} is caught`, () => {
    const planted = { "package.json": JSON.stringify(manifest), "package-lock.json": JSON.stringify({ packages: lock }) };
    assert.deepEqual(rulesBroken(planted), ["package"]);
  });
}

test("a denied install script is judged", () => {
  const manifest = JSON.stringify({ allowScripts: { "@x/evil": false } });
  const lock = JSON.stringify({ packages: { "": {}, "node_modules/@x/evil": { hasInstallScript: true } } });
  assert.deepEqual(rulesBroken({ "package.json": manifest, "package-lock.json": lock }), []);
});

test("a .proto without its generated file is caught, and the other way round", () => {
  assert.deepEqual(rulesBroken({ "proto/a/v1/a.proto": "", "proto/a/v1/a.pb.ts": "" }), []);
  assert.deepEqual(rulesBroken({ "proto/a/v1/a.proto": "" }), ["generated"]);
  assert.deepEqual(rulesBroken({ "proto/a/v1/a.pb.ts": "" }), ["generated"]);
});
