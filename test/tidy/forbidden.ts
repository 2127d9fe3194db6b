import type { Module } from "./module.ts";
import { type Finding, isTest, type Tree, topFolder } from "./tree.ts";

/** Comments that promise instead of doing, and comments that silence the compiler. */
const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;
const SILENCED = /^\s*@ts-(ignore|expect-error|nocheck)\b/;

/** Paths of a workplace, spelled so that this file does not hold them. */
const FOREIGN_PATHS = [["..", "shared"].join("/"), ["", "work", ""].join("/")];

/** Syntax of a hand-written module that type stripping, the wiring rules or the test rules forbid. */
export function checkSyntax(modules: readonly Module[]): readonly Finding[] {
  return modules.flatMap((module) =>
    module.syntax
      .filter((fact) => fact.rule !== "environment" || !mayReadEnvironment(module.path))
      // The hooks of a test file share what they started; the file runs in a process of its own.
      .filter((fact) => fact.rule !== "module-state" || !isTest(module.path))
      .filter((fact) => fact.rule !== "default-export" || !module.path.endsWith(".mjs"))
      .map(({ rule, line, detail }) => ({ rule, path: module.path, line, message: `${detail} is not used here` })),
  );
}

/** One file per process reads the environment; set-up, tests and benches drive processes and may. */
function mayReadEnvironment(path: string): boolean {
  return path.endsWith("/config.ts") || isTest(path) || path === "setup.mjs" || ["scripts", "test", "bench"].includes(topFolder(path));
}

/** Comments that stand for work not done, and compiler silencers. */
export function checkComments(modules: readonly Module[]): readonly Finding[] {
  return modules.flatMap(({ path, comments }) =>
    comments.flatMap(({ text, line }) => {
      const unfinished = UNFINISHED.exec(text)?.[1];
      const silenced = SILENCED.exec(text)?.[1];
      return [
        ...(unfinished === undefined
          ? []
          : [{ rule: "unfinished", path, line, message: `${unfinished} in a comment, must be done or an issue` }]),
        ...(silenced === undefined ? [] : [{ rule: "silenced", path, line, message: `@ts-${silenced}, must be typed instead` }]),
      ];
    }),
  );
}

/** A checkout stands alone: no file names a path of the place where it was written. */
export function checkForeignPaths(tree: Tree): readonly Finding[] {
  return [...tree].flatMap(([path, text]) =>
    FOREIGN_PATHS.filter((foreign) => text.includes(foreign)).map((foreign) => ({
      rule: "foreign-path",
      path,
      line: text.slice(0, text.indexOf(foreign)).split("\n").length,
      message: `names "${foreign}", must not reach outside the checkout`,
    })),
  );
}

/** A test file must be able to fail: it, or a module that it imports, asserts something. */
export function checkAssertions(modules: readonly Module[]): readonly Finding[] {
  const counts = new Map(modules.map((module) => [module.path, module.assertionCount]));
  return modules
    .filter((module) => isTest(module.path))
    .filter((module) => module.assertionCount === 0 && module.imports.every((entry) => (counts.get(entry.target) ?? 0) === 0))
    .map((module) => ({ rule: "assertion", path: module.path, line: 0, message: "asserts nothing, must be able to fail" }));
}
