import type { Module } from "./module.ts";
import { type Finding, isTest, type Tree, topFolder } from "./tree.ts";

/**
 * Who may import whom: top folder → path prefixes beside its own that it may reach. ARCHITECTURE.md shows the same table.
 * A folder that is not here may hold no code.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  proto: [],
  runtime: ["proto/"],
  inference: ["runtime/", "proto/"],
  edge: ["runtime/", "proto/"],
  mesh: ["runtime/", "proto/", "inference/client/", "inference/batcher/", "inference/models/", "inference/tokenizer/"],
  corpus: ["runtime/", "proto/", "mesh/fields.ts", "mesh/payers/directory.ts", "mesh/codes/"],
  cli: ["proto/", "runtime/", "inference/", "edge/", "mesh/", "corpus/"],
  test: ["proto/", "runtime/", "inference/", "edge/", "mesh/", "corpus/", "cli/"],
  bench: ["proto/", "runtime/", "inference/", "edge/", "mesh/", "corpus/", "cli/", "test/servers/"],
  scripts: [],
};

/** Beside its folder's own arrows, a unit test may start the real servers and take a sample document. */
export const TEST_ARROWS: readonly string[] = ["test/servers/", "test/samples/"];

/** The steps of the flow; they meet in proto/ events and in mesh/pipeline.ts, never in each other. */
export const STAGES = ["read", "understand", "score", "fhir", "privacy", "review", "hub"] as const;

/** The one file that claim rules may import. */
export const CLAIM_TYPE = "mesh/claims/claim.ts";
const CLAIM_RULES = "mesh/claims/rules/";

/** Every import that goes against an arrow. */
export function checkArrows(modules: readonly Module[]): readonly Finding[] {
  return modules.flatMap((module) =>
    module.imports.flatMap(({ target, relative, line }) => {
      if (!relative) return [];
      const broken = [brokenArrow(module.path, target), brokenStage(module.path, target), brokenClaimRule(module.path, target)];
      return broken.flatMap((message) => (message === undefined ? [] : [{ rule: "arrow", path: module.path, line, message }]));
    }),
  );
}

function brokenArrow(from: string, to: string): string | undefined {
  const [own, other] = [topFolder(from), topFolder(to)];
  if (own === other) return undefined;
  // setup.mjs stands at the root and starts what scripts/ holds.
  const base = own === "" ? ["scripts/"] : ARROWS[own];
  if (base === undefined) return `folder "${own}" has no arrows, must be added to the table first`;
  const allowed = isTest(from) ? [...base, ...TEST_ARROWS] : base;
  if (allowed.some((prefix) => (prefix.endsWith("/") ? to.startsWith(prefix) : to === prefix))) return undefined;
  return `"${own}" imports "${to}", may import ${allowed.length === 0 ? "nothing" : allowed.join(", ")}`;
}

function brokenStage(from: string, to: string): string | undefined {
  const [own, other] = [stageOf(from), stageOf(to)];
  if (own === undefined || other === undefined || own === other) return undefined;
  return `stage "${own}" imports stage "${other}" ("${to}"), must meet it in proto/ events only`;
}

function stageOf(path: string): string | undefined {
  const [top, folder, rest] = path.split("/");
  return top === "mesh" && rest !== undefined ? STAGES.find((stage) => stage === folder) : undefined;
}

function brokenClaimRule(from: string, to: string): string | undefined {
  if (!from.startsWith(CLAIM_RULES) || to === CLAIM_TYPE) return undefined;
  // A rule's test may import the rule.
  if (isTest(from) && to.startsWith(CLAIM_RULES)) return undefined;
  return `claim rule imports "${to}", may import ${CLAIM_TYPE} only`;
}

/** ARCHITECTURE.md shows the table that is enforced, row by row. */
export function checkArrowTable(tree: Tree): readonly Finding[] {
  const text = tree.get("ARCHITECTURE.md");
  if (text === undefined) return [];
  return Object.entries(ARROWS)
    .map(
      ([folder, allowed]) =>
        `| \`${folder}\` | ${allowed.length === 0 ? "nothing" : allowed.map((prefix) => `\`${prefix}\``).join(", ")} |`,
    )
    .filter((row) => !text.includes(`${row}\n`))
    .map((row) => ({ rule: "arrow-table", path: "ARCHITECTURE.md", line: 0, message: `lacks the row: ${row}` }));
}
