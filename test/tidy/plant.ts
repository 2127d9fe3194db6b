import { checkTree } from "../tidy.ts";
import type { Finding } from "./tree.ts";

/** A tree that breaks no rule, for a test to plant one violation into. */
const CLEAN: Readonly<Record<string, string>> = {
  "package.json": '{ "dependencies": { "zod": "4.6.7" }, "allowScripts": {} }',
  "package-lock.json": '{ "packages": { "": { "dependencies": { "zod": "4.6.7" } }, "node_modules/zod": { "version": "4.6.7" } } }',
};

/** What the house says about a clean tree with these files added or replaced. */
export function findingsOf(files: Readonly<Record<string, string>>): readonly Finding[] {
  return checkTree(new Map(Object.entries({ ...CLEAN, ...files })));
}

/** The rules that a planted file breaks, each once. */
export function rulesBroken(files: Readonly<Record<string, string>>): readonly string[] {
  return [...new Set(findingsOf(files).map((finding) => finding.rule))].sort();
}
