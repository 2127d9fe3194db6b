import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LINT_TIMEOUT_MS = 60_000;

/** `count` nested blocks. */
function nested(count: number): string {
  return `export function planted(on: boolean): number {\n${"if (on) {\n".repeat(count)}return 1;\n${"}\n".repeat(count)}return 0;\n}\n`;
}

/** A function of cyclomatic complexity `count`. */
function branches(count: number): string {
  const list = Array.from({ length: count - 1 }, (_, index) => `  if (value === ${index}) return ${index + 1};\n`).join("");
  return `export function planted(value: number): number {\n${list}  return 0;\n}\n`;
}

/** Lint rule → code that breaks it and nothing else; undefined stands for code that breaks nothing. */
const PLANTS: readonly (readonly [string | undefined, string])[] = [
  [undefined, nested(3)],
  ["eslint(max-depth)", nested(4)],
  [undefined, branches(15)],
  ["eslint(complexity)", branches(16)],
  ["eslint(max-lines)", Array.from({ length: 301 }, (_, index) => `export const v${index} = ${index};\n`).join("")],
  ["eslint(max-params)", "export const planted = (a: number, b: number, c: number, d: number, e: number): number => a + b + c + d + e;\n"],
  ["eslint(max-lines-per-function)", `export function planted(call: () => void): void {\n${"  call();\n".repeat(69)}}\n`],
  ["eslint(no-console)", 'console.log("x");\n'],
  ["import(no-default-export)", "export default 1;\n"],
  ["node(no-process-env)", "export const planted = process.env.HOME;\n"],
  ["typescript(no-explicit-any)", "export const planted = (value: any): string => String(value);\n"],
  ["typescript(no-non-null-assertion)", "export const planted = (list: string[]): string => list[0]!;\n"],
  ["typescript(no-floating-promises)", "export function planted(work: () => Promise<void>): void {\n  work();\n}\n"],
  ["typescript(no-misused-promises)", "export const planted = (work: () => Promise<boolean>): number => (work() ? 1 : 2);\n"],
  [
    "typescript(switch-exhaustiveness-check)",
    'export function planted(kind: "a" | "b"): number {\n  switch (kind) {\n    case "a":\n      return 1;\n  }\n  return 0;\n}\n',
  ],
];

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

/** Runs lint with the house's own configuration over planted files outside the tree. */
async function lint(folder: string, signal: AbortSignal): Promise<readonly Diagnostic[]> {
  const oxlint = join(ROOT, "node_modules", ".bin", "oxlint");
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(oxlint, ["-f", "json", "planted"], { cwd: folder, signal, timeout: LINT_TIMEOUT_MS }, (error, out) => {
      // Findings end lint with a code other than 0; a crash prints no JSON.
      if (error !== null && !out.trimStart().startsWith("{")) reject(error);
      else resolve(out);
    });
  });
  const report: { readonly diagnostics: readonly Diagnostic[] } = JSON.parse(stdout);
  return report.diagnostics;
}

test("lint catches each budget and ban, and lets through what stands at the limit", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "payerhub-lint-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "planted"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const file of [".oxlintrc.json", "package.json"]) await writeFile(join(folder, file), await readFile(join(ROOT, file)));
  const tsconfig = JSON.parse(await readFile(join(ROOT, "tsconfig.json"), "utf8"));
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ ...tsconfig, include: ["planted"] }));
  await Promise.all(PLANTS.map(([, code], index) => writeFile(join(folder, "planted", `plant${index}.ts`), code)));

  const diagnostics = await lint(folder, t.signal);
  for (const [index, [wanted]] of PLANTS.entries()) {
    const found = diagnostics.filter(({ filename }) => filename.endsWith(`/plant${index}.ts`)).map(({ code }) => code);
    assert.deepEqual([...new Set(found)], wanted === undefined ? [] : [wanted], `plant ${index}`);
  }
});

test("lint catches an import cycle", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "payerhub-lint-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "planted"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const file of [".oxlintrc.json", "package.json", "tsconfig.json"])
    await writeFile(join(folder, file), await readFile(join(ROOT, file)));
  await writeFile(join(folder, "planted", "a.ts"), 'import { b } from "./b.ts";\nexport const a = (): number => b();\n');
  await writeFile(join(folder, "planted", "b.ts"), 'import { a } from "./a.ts";\nexport const b = (): number => a();\n');
  const codes = (await lint(folder, t.signal)).map(({ code }) => code);
  assert.deepEqual([...new Set(codes)], ["import(no-cycle)"]);
});
