import { posix } from "node:path";
import type { Finding, Tree } from "./tree.ts";

const LINK = /\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)/g;
const ADR = /^docs\/adr\/(.*)$/;
const ADR_NAME = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$/;

/** Every relative link of a Markdown file leads to a file or folder of the tree. `extra` names files that are not text (images). */
export function checkLinks(tree: Tree, extra: ReadonlySet<string>): readonly Finding[] {
  const folders = new Set([...tree.keys(), ...extra].flatMap(foldersOf));
  return [...tree]
    .filter(([path]) => path.endsWith(".md"))
    .flatMap(([path, text]) =>
      linksOf(text)
        .filter(({ target }) => !/^([a-z][a-z0-9+.-]*:|#)/i.test(target))
        .flatMap(({ target, line }) => {
          const file = posix.join(posix.dirname(path), decodeURIComponent(target.replace(/#.*$/, ""))).replace(/\/$/, "");
          if (tree.has(file) || extra.has(file) || folders.has(file)) return [];
          return [{ rule: "link", path, line, message: `link to "${target}" leads nowhere` }];
        }),
    );
}

function linksOf(text: string): readonly { target: string; line: number }[] {
  const withoutCode = text
    .replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, " "))
    .replace(/`[^`\n]*`/g, (code) => " ".repeat(code.length));
  return [...withoutCode.matchAll(LINK)].map((match) => ({
    target: match[1] ?? "",
    line: withoutCode.slice(0, match.index).split("\n").length,
  }));
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Decision records are numbered 0001, 0002, … without gap or double, and each says its context, decision and consequences. */
export function checkDecisionRecords(tree: Tree): readonly Finding[] {
  const records = [...tree.keys()].filter((path) => ADR.test(path)).sort();
  return records.flatMap((path, index) => {
    const name = ADR.exec(path)?.[1] ?? "";
    const wanted = String(index + 1).padStart(4, "0");
    const number = ADR_NAME.exec(name)?.[1];
    if (number !== wanted) return [{ rule: "adr", path, line: 0, message: `"${name}" stands where ${wanted}-….md must stand` }];
    const text = tree.get(path) ?? "";
    return ["## Context", "## Decision", "## Consequences"]
      .filter((heading) => !text.includes(`\n${heading}\n`))
      .map((heading) => ({ rule: "adr", path, line: 0, message: `has no "${heading}"` }));
  });
}

const CONFIG = /(^|\/)config\.ts$/;
/** `env["NAME"]`, `env.NAME`, and the keys of an environment's schema. */
const VARIABLE = /\benv(?:ironment)?(?:\.|\[")([A-Z][A-Z0-9_]+)|^\s+([A-Z][A-Z0-9_]{2,}): (?:z\.|[a-z]+[,.])/gm;

/** README.md lists every environment variable that a process reads, and none that no process reads. */
export function checkConfiguration(tree: Tree): readonly Finding[] {
  const readme = tree.get("README.md");
  if (readme === undefined) return [];
  const read = new Map<string, string>();
  for (const [path, text] of tree) {
    if (!CONFIG.test(path) || path.startsWith("test/")) continue;
    for (const match of text.matchAll(VARIABLE)) read.set(match[1] ?? match[2] ?? "", path);
  }
  const listed = new Set([...readme.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map((match) => match[1] ?? ""));
  const missing = [...read]
    .filter(([name]) => !listed.has(name))
    .map(([name, path]) => [path, `reads "${name}", README.md must list it`] as const);
  const idle = [...listed].filter((name) => !read.has(name)).map((name) => ["README.md", `lists "${name}", no process reads it`] as const);
  return [...missing, ...idle].map(([path, message]) => ({ rule: "configuration", path, line: 0, message }));
}
