import assert from "node:assert/strict";
import { dirname } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { readCheckout } from "./tidy/tree.ts";
import { checkTree, formatFinding } from "./tidy.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

test("the present tree breaks no rule of the house", async (t) => {
  const { tree, others } = await readCheckout(ROOT, t.signal);
  assert.ok(tree.size > 50, `${tree.size} files are not the repository`);
  const findings = checkTree(tree, others).map(formatFinding);
  assert.equal(findings.length, 0, `\n${findings.join("\n")}`);
});
