import type { Finding, Tree } from "./tree.ts";

type Json = Readonly<Record<string, unknown>>;
const SECTIONS = ["dependencies", "devDependencies", "optionalDependencies"] as const;

/** package.json against its lock: same pinned versions, and no package whose install script nobody judged. */
export function checkPackages(tree: Tree): readonly Finding[] {
  const manifest = record(JSON.parse(tree.get("package.json") ?? "{}"));
  const lock = record(record(JSON.parse(tree.get("package-lock.json") ?? "{}"))["packages"]);
  return [...unpinned(manifest), ...outOfStep(manifest, record(lock[""])), ...unjudgedScripts(manifest, lock)];
}

function unpinned(manifest: Json): readonly Finding[] {
  return SECTIONS.flatMap((section) =>
    Object.entries(record(manifest[section]))
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))
      .map(([name, version]) => finding("package.json", `${section} has "${name}" at "${String(version)}", must be one exact version`)),
  );
}

function outOfStep(manifest: Json, locked: Json): readonly Finding[] {
  return SECTIONS.flatMap((section) => {
    const [wanted, found] = [record(manifest[section]), record(locked[section])];
    return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
      .filter((name) => wanted[name] !== found[name])
      .map((name) => finding("package-lock.json", `${section} differs from package.json in "${name}", run npm install`));
  });
}

function unjudgedScripts(manifest: Json, lock: Json): readonly Finding[] {
  const judged = new Set(Object.keys(record(manifest["allowScripts"])));
  return Object.entries(lock).flatMap(([path, entry]) => {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    if (record(entry)["hasInstallScript"] !== true || judged.has(name)) return [];
    return [finding("package.json", `"${name}" has an install script, allowScripts must say true or false`)];
  });
}

/** Every .proto has its generated file and every generated file its .proto. */
export function checkGeneratedPairs(tree: Tree): readonly Finding[] {
  return [...tree.keys()].flatMap((path) => {
    const partner = path.endsWith(".proto")
      ? path.replace(/\.proto$/, ".pb.ts")
      : path.endsWith(".pb.ts")
        ? path.replace(/\.pb\.ts$/, ".proto")
        : path;
    return tree.has(partner) ? [] : [{ rule: "generated", path, line: 0, message: `"${partner}" is missing, run npm run proto` }];
  });
}

function finding(path: string, message: string): Finding {
  return { rule: "package", path, line: 0, message };
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
