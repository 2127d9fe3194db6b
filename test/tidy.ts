import { checkArrows, checkArrowTable } from "./tidy/arrows.ts";
import { checkBudgets } from "./tidy/budgets.ts";
import { checkCatalogue } from "./tidy/catalogue.ts";
import { checkCycles } from "./tidy/cycles.ts";
import { checkConfiguration, checkDecisionRecords, checkLinks } from "./tidy/documents.ts";
import { checkAssertions, checkComments, checkForeignPaths, checkSyntax } from "./tidy/forbidden.ts";
import { handWritten, parseModules } from "./tidy/module.ts";
import { checkNames } from "./tidy/names.ts";
import { checkGeneratedPairs, checkPackages } from "./tidy/packages.ts";
import type { Finding, Tree } from "./tidy/tree.ts";

/**
 * Every rule of the house that lint cannot hold, over a tree of texts. Pure: planted violations are tested without touching the disk.
 * `others` names the files of the repository that are not text, for links.
 */
export function checkTree(tree: Tree, others: ReadonlySet<string> = new Set()): readonly Finding[] {
  const modules = parseModules(tree);
  const written = handWritten(modules);
  return [
    ...checkArrows(modules),
    ...checkArrowTable(tree),
    ...checkCycles(modules),
    ...checkNames(tree),
    ...checkBudgets(written),
    ...checkSyntax(written),
    ...checkComments(written),
    ...checkAssertions(written),
    ...checkForeignPaths(tree),
    ...checkLinks(tree, others),
    ...checkDecisionRecords(tree),
    ...checkConfiguration(tree),
    ...checkCatalogue(tree),
    ...checkPackages(tree),
    ...checkGeneratedPairs(tree),
  ];
}

/** One line per finding, as compilers print them. */
export function formatFinding({ path, line, rule, message }: Finding): string {
  return `${path}${line === 0 ? "" : `:${line}`} ${rule}: ${message}`;
}
