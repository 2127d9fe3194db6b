import type { Finding, Tree } from "./tree.ts";

const RULE_FILE = /^mesh\/claims\/rules\/[^/]+\.ts$/;
const RULE_ID = /^\s*id: "([^"]+)"/gm;

/** Every claim rule's id stands once in all rule files. */
export function checkCatalogue(tree: Tree): readonly Finding[] {
  const first = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [path, text] of tree) {
    if (!RULE_FILE.test(path) || path.endsWith(".test.ts")) continue;
    for (const match of text.matchAll(RULE_ID)) {
      const id = match[1] ?? "";
      const line = text.slice(0, match.index).split("\n").length;
      const earlier = first.get(id);
      if (earlier === undefined) first.set(id, path);
      else findings.push({ rule: "catalogue", path, line, message: `rule id "${id}" already stands in ${earlier}, must be unique` });
    }
  }
  return findings;
}
