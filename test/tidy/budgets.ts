import type { Module } from "./module.ts";
import type { Finding } from "./tree.ts";

/** Longer hand-written files are split by idea. Tables of facts in data/ and guides/ are exempt. */
export const MAX_FILE_LINES = 300;
/** Longer functions do more than one thing. */
export const MAX_FUNCTION_LINES = 70;
/** More arguments belong in an options object. */
export const MAX_PARAMETERS = 4;

/** Length of files and functions, number of parameters. Depth and complexity are lint's (.oxlintrc.json). */
export function checkBudgets(modules: readonly Module[]): readonly Finding[] {
  return modules.filter((module) => !isFacts(module.path)).flatMap((module) => [...tooLong(module), ...tooBigFunctions(module)]);
}

function isFacts(path: string): boolean {
  return /(^|\/)(data|guides)\//.test(path);
}

function tooLong({ path, lineCount }: Module): readonly Finding[] {
  if (lineCount <= MAX_FILE_LINES) return [];
  return [{ rule: "file-length", path, line: 0, message: `${lineCount} lines, at most ${MAX_FILE_LINES}` }];
}

function tooBigFunctions({ path, functions }: Module): readonly Finding[] {
  return functions.flatMap(({ line, lineCount, parameterCount }) => {
    const long = { rule: "function-length", path, line, message: `function of ${lineCount} lines, at most ${MAX_FUNCTION_LINES}` };
    const wide = { rule: "parameters", path, line, message: `function of ${parameterCount} parameters, at most ${MAX_PARAMETERS}` };
    return [...(lineCount > MAX_FUNCTION_LINES ? [long] : []), ...(parameterCount > MAX_PARAMETERS ? [wide] : [])];
  });
}
