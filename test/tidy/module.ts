import { posix } from "node:path";
import { type Comment, parseSync } from "oxc-parser";
import { type FunctionFact, type SyntaxFact, walkSyntax } from "./syntax.ts";
import { isGenerated, type Tree } from "./tree.ts";

/** What one module reaches, and where. */
export interface ImportFact {
  /** Path from the root for a relative import, the specifier itself for a package. */
  readonly target: string;
  readonly relative: boolean;
  readonly line: number;
}

/** What the checks need to know of one source file. */
export interface Module {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly imports: readonly ImportFact[];
  readonly functions: readonly FunctionFact[];
  readonly syntax: readonly SyntaxFact[];
  readonly comments: readonly { readonly text: string; readonly line: number }[];
  readonly assertionCount: number;
}

/** Parses every TypeScript and JavaScript file of the tree, generated ones included (their imports count). */
export function parseModules(tree: Tree): readonly Module[] {
  const paths = [...tree.keys()].filter((path) => path.endsWith(".ts") || path.endsWith(".mjs"));
  return paths.map((path) => parseModule(path, tree.get(path) ?? ""));
}

/** Files that a person writes. */
export function handWritten(modules: readonly Module[]): readonly Module[] {
  return modules.filter((module) => !isGenerated(module.path));
}

function parseModule(path: string, text: string): Module {
  const { program, module, comments, errors } = parseSync(path, text);
  const lineOf = lineIndex(text);
  const first = errors[0];
  if (first !== undefined) throw new SyntaxError(`Cannot parse "${path}": ${first.message}, must be valid TypeScript`);
  const walked = walkSyntax(program, lineOf);
  const specifiers = [
    ...module.staticImports.map((entry) => ({ value: entry.moduleRequest.value, start: entry.start })),
    ...module.staticExports.flatMap((statement) =>
      statement.entries.flatMap((entry) =>
        entry.moduleRequest === null ? [] : [{ value: entry.moduleRequest.value, start: entry.start }],
      ),
    ),
    ...walked.loaded,
  ];
  return {
    path,
    text,
    lineCount: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    imports: specifiers.map(({ value, start }) => toImport(path, value, lineOf(start))),
    functions: walked.functions,
    syntax: walked.syntax,
    comments: comments.map((comment: Comment) => ({ text: comment.value, line: lineOf(comment.start) })),
    assertionCount: walked.assertionCount,
  };
}

function toImport(from: string, specifier: string, line: number): ImportFact {
  const relative = specifier.startsWith(".");
  return { target: relative ? posix.join(posix.dirname(from), specifier) : specifier, relative, line };
}

/** Offset in UTF-16 units → 1-based line. */
function lineIndex(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
