import type { Module } from "./module.ts";
import type { Finding } from "./tree.ts";

/** One finding per group of modules that reach each other (Tarjan's strongly connected components), type imports included. */
export function checkCycles(modules: readonly Module[]): readonly Finding[] {
  const edges = new Map(
    modules.map((module) => [module.path, module.imports.filter((entry) => entry.relative).map((entry) => entry.target)]),
  );
  return stronglyConnected(edges).map((group) => {
    const [first = ""] = group;
    return { rule: "cycle", path: first, line: 0, message: `import cycle: ${[...group, first].join(" → ")}` };
  });
}

/** Groups of more than one node, and nodes that reach themselves; each sorted, in order of their first member. */
export function stronglyConnected(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, { index: number; low: number; onStack: boolean }>();
  const stack: string[] = [];
  const groups: string[][] = [];

  const visit = (node: string): { index: number; low: number; onStack: boolean } => {
    const own = { index: order.size, low: order.size, onStack: true };
    order.set(node, own);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!edges.has(next)) continue;
      const seen = order.get(next);
      if (seen === undefined) own.low = Math.min(own.low, visit(next).low);
      else if (seen.onStack) own.low = Math.min(own.low, seen.index);
    }
    if (own.low === own.index) closeGroup(node);
    return own;
  };

  const closeGroup = (root: string): void => {
    const group = stack.splice(stack.indexOf(root));
    for (const member of group) {
      const entry = order.get(member);
      if (entry !== undefined) entry.onStack = false;
    }
    if (group.length > 1 || (edges.get(root) ?? []).includes(root)) groups.push(group.sort());
  };

  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return groups.sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
}
