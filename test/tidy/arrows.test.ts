import assert from "node:assert/strict";
import test from "node:test";
import { ARROWS, CLAIM_TYPE, STAGES } from "./arrows.ts";
import { findingsOf, rulesBroken } from "./plant.ts";

const FOLDERS = Object.keys(ARROWS);

/** One file per folder, and one per place that an arrow names more narrowly than a folder. */
const TARGETS = [...FOLDERS.map((folder) => `${folder}/thing.ts`), ...narrowTargets()];

function narrowTargets(): readonly string[] {
  const prefixes = Object.values(ARROWS).flat();
  const narrow = prefixes.filter((prefix) => !/^[a-z]+\/$/.test(prefix));
  return [...new Set(narrow)].map((prefix) => (prefix.endsWith("/") ? `${prefix}thing.ts` : prefix));
}

/** The arrow table of the house as prose says it, written a second time so that an edit of the table alone fails here. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  proto: [],
  runtime: ["proto"],
  inference: ["runtime", "proto"],
  edge: ["runtime", "proto"],
  mesh: ["runtime", "proto", "inference/client", "inference/batcher", "inference/models", "inference/tokenizer"],
  corpus: ["runtime", "proto", "mesh/fields.ts", "mesh/payers/directory.ts", "mesh/codes"],
  cli: ["runtime", "proto", "inference", "edge", "mesh", "corpus"],
  test: ["runtime", "proto", "inference", "edge", "mesh", "corpus", "cli"],
  bench: ["runtime", "proto", "inference", "edge", "mesh", "corpus", "cli", "test/servers"],
  scripts: [],
};

function mayImport(folder: string, target: string): boolean {
  const allowed = [folder, ...(MAY[folder] ?? [])];
  return allowed.some((entry) => target === entry || target.startsWith(`${entry}/`));
}

test("the arrow table lists the same folders as the prose", () => {
  assert.deepEqual(Object.keys(MAY).sort(), [...FOLDERS].sort());
});

for (const folder of FOLDERS) {
  for (const target of TARGETS) {
    const wanted = mayImport(folder, target) ? [] : ["arrow"];
    test(`${folder} ${wanted.length === 0 ? "may" : "may not"} import ${target}`, () => {
      const importer = `import { thing } from "../${target}";\nexport const planted = thing;\n`;
      const exporter = { [target]: "export const thing = 1;\n" };
      assert.deepEqual(rulesBroken({ [`${folder}/planted.ts`]: importer, ...exporter }), wanted);
    });
  }
}

for (const form of [
  'import type { Thing } from "../mesh/thing.ts";\nexport const planted: Thing = 1;',
  'export const planted = () => import("../mesh/thing.ts");',
  'export const planted = new URL("../mesh/thing.ts", import.meta.url);',
]) {
  test(`an arrow is caught in the form ${JSON.stringify(form.split("\n")[0])}`, () => {
    assert.deepEqual(rulesBroken({ "edge/planted.ts": form }), ["arrow"]);
  });
}

for (const from of STAGES) {
  for (const to of STAGES.filter((stage) => stage !== from)) {
    test(`stage ${from} may not import stage ${to}`, () => {
      const planted = `import { thing } from "../${to}/thing.ts";\nexport const planted = thing;\n`;
      assert.deepEqual(rulesBroken({ [`mesh/${from}/planted.ts`]: planted }), ["arrow"]);
      assert.deepEqual(rulesBroken({ [`mesh/${from}/deeper/planted.ts`]: planted.replace("../", "../../") }), ["arrow"]);
    });
  }
}

test("the composition root of the mesh may import every stage", () => {
  const imports = STAGES.map((stage) => `import { ${stage}Stage } from "./${stage}/stage.ts";`).join("\n");
  assert.deepEqual(
    rulesBroken({ "mesh/main.ts": `${imports}\nexport const stages = [${STAGES.map((stage) => `${stage}Stage`).join(", ")}];\n` }),
    [],
  );
});

test("a claim rule may import the claim type and nothing else, packages of npm aside", () => {
  const rule = (target: string): string => `import { thing } from "${target}";\nexport const planted = thing;\n`;
  assert.deepEqual(rulesBroken({ "mesh/claims/rules/planted.ts": rule("../claim.ts"), [CLAIM_TYPE]: "export const thing = 1;\n" }), []);
  for (const target of ["../engine.ts", "./other.ts", "../../stage.ts", "../../../runtime/error.ts"]) {
    assert.deepEqual(rulesBroken({ "mesh/claims/rules/planted.ts": rule(target) }), ["arrow"], target);
  }
});

for (const [folder, wanted] of [
  ["servers", []],
  ["samples", []],
  ["flow", ["arrow"]],
] as const) {
  test(`a unit test ${wanted.length === 0 ? "may" : "may not"} import test/${folder}, its source may not`, () => {
    const planted = `import assert from "node:assert/strict";\nimport { thing } from "../test/${folder}/thing.ts";\nassert.ok(thing);\n`;
    assert.deepEqual(rulesBroken({ "runtime/planted.test.ts": planted }), wanted);
    assert.deepEqual(rulesBroken({ "runtime/planted.ts": planted }), ["arrow"]);
  });
}

test("code in a folder that the table does not name is refused", () => {
  const [finding] = findingsOf({ "gadgets/planted.ts": 'import "../runtime/error.ts";\n' });
  assert.match(finding?.message ?? "", /folder "gadgets" has no arrows/);
});
