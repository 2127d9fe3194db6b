// Generates the TypeScript of proto/: node scripts/proto.mjs [--check]
// --check generates beside the tree and compares, so that a hand-edited or stale *.pb.ts fails.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { run, tail } from "./child.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BUF = join(ROOT, "node_modules", ".bin", "buf");
const BUF_TIMEOUT_MS = 120_000;

async function buf(args) {
  const result = await run(BUF, args, { cwd: ROOT, timeoutMs: BUF_TIMEOUT_MS });
  if (result.code !== 0) throw new Error(`Cannot run "buf ${args[0]}": it ended with ${result.code}, must end with 0\n${tail(result)}`);
}

async function generatedFiles(folder) {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((entry) => entry.endsWith(".pb.ts")).sort();
}

async function generate() {
  for (const file of await generatedFiles(join(ROOT, "proto"))) await rm(join(ROOT, "proto", file));
  await buf(["generate"]);
  return "generated";
}

async function check() {
  await buf(["lint"]);
  const fresh = await mkdtemp(join(tmpdir(), "payerhub-proto-"));
  try {
    // The template names its output folder relative to where generation starts; -o moves that start.
    await buf(["generate", "-o", fresh]);
    const stale = await differences(join(ROOT, "proto"), join(fresh, "proto"));
    if (stale.length > 0) throw new Error(`Generated code is not current: ${stale.join(", ")} must be made by "npm run proto"`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return "lint clean, generated code current";
}

async function differences(present, fresh) {
  const names = new Set([...(await generatedFiles(present)), ...(await generatedFiles(fresh))]);
  const texts = await Promise.all([...names].map(async (name) => [name, await text(join(present, name)), await text(join(fresh, name))]));
  return texts.filter(([, a, b]) => a !== b).map(([name]) => join(relative(ROOT, present), name));
}

async function text(path) {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

try {
  console.error(`proto: ${process.argv.includes("--check") ? await check() : await generate()}`);
} catch (error) {
  console.error(`proto: ${error.message}`);
  process.exitCode = 1;
}
