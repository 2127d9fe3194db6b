import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";

/** The text files of the repository: path from the root with forward slashes → content. Checks are pure functions over it. */
export type Tree = ReadonlyMap<string, string>;

/** One broken rule at one place. */
export interface Finding {
  readonly rule: string;
  readonly path: string;
  /** 1-based; 0 when the finding is about the file as a whole. */
  readonly line: number;
  readonly message: string;
}

const TEXT: ReadonlySet<string> = new Set([".ts", ".mjs", ".js", ".json", ".md", ".proto", ".py", ".sh", ".yaml", ".yml", ".toml", ".txt"]);
/** Well above the largest text file; data sets beyond it are not style's business. */
const MAX_TEXT_CHARACTERS = 2_000_000;
const GIT_TIMEOUT_MS = 60_000;
const GIT_MAX_OUTPUT_BYTES = 16_000_000;

/** The repository as the checks see it. */
export interface Checkout {
  readonly tree: Tree;
  /** Paths of files that are not text: images, fonts, model weights. */
  readonly others: ReadonlySet<string>;
}

/** Reads every text file that git tracks or would track under `root`; ignored files do not count. */
export async function readCheckout(root: string, signal: AbortSignal): Promise<Checkout> {
  const { stdout } = await promisify(execFile)("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    maxBuffer: GIT_MAX_OUTPUT_BYTES,
    timeout: GIT_TIMEOUT_MS,
    signal,
  });
  const tree = new Map<string, string>();
  const others = new Set<string>();
  for (const path of [...new Set(stdout.split("\0"))].filter((entry) => entry !== "").sort()) {
    const text = isText(path) ? await readIfPresent(join(root, path), signal) : undefined;
    if (text !== undefined && text.length <= MAX_TEXT_CHARACTERS) tree.set(path, text);
    else others.add(path);
  }
  return { tree, others };
}

function isText(path: string): boolean {
  return TEXT.has(extname(path)) || extname(path) === "";
}

async function readIfPresent(path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await readFile(path, { encoding: "utf8", signal });
  } catch (error) {
    // A file that is tracked but deleted in the working tree.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR")) return undefined;
    throw error;
  }
}

/** Generated code is checked by regenerating it, not by style. */
export function isGenerated(path: string): boolean {
  return path.endsWith(".pb.ts");
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** First folder of a path; empty for a file at the root. */
export function topFolder(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}
