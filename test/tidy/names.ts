import { posix } from "node:path";
import { type Finding, type Tree, topFolder } from "./tree.ts";

/** Words that say nothing about what a file holds, anywhere in its name. */
export const BANNED_WORDS = ["util", "utils", "helper", "helpers", "misc", "manager", "managers"] as const;
/** Words that say nothing when they are the whole name. */
export const BANNED_NAMES = ["common", "shared", "types", "index"] as const;
/** Folder levels below a top folder. */
export const MAX_FOLDER_DEPTH = 2;

/** File and folder names, and how deep they stand. Only code is held to the depth; a standard may dictate the depth of data. */
export function checkNames(tree: Tree): readonly Finding[] {
  return [...tree.keys()].filter(isCode).flatMap((path) => [...bannedNames(path), ...tooDeep(path)]);
}

function isCode(path: string): boolean {
  return /\.(ts|mjs|js|py|proto|sh)$/.test(path);
}

function bannedNames(path: string): readonly Finding[] {
  return path.split("/").flatMap((part) => {
    const stem = part.replace(/(\.[a-z0-9]+)+$/, "");
    const words = stem.toLowerCase().split(/[-_.]/);
    const banned = BANNED_NAMES.find((name) => name === stem.toLowerCase()) ?? BANNED_WORDS.find((word) => words.includes(word));
    if (banned === undefined) return [];
    return [{ rule: "name", path, line: 0, message: `"${banned}" is no name, must be the one thing that it holds` }];
  });
}

function tooDeep(path: string): readonly Finding[] {
  const depth = posix.dirname(path).split("/").length - 1;
  if (topFolder(path) === "" || depth <= MAX_FOLDER_DEPTH) return [];
  return [{ rule: "depth", path, line: 0, message: `stands ${depth} folders below its top folder, at most ${MAX_FOLDER_DEPTH}` }];
}
