import type {
  ArrowFunctionExpression,
  CallExpression,
  Function as FunctionNode,
  MemberExpression,
  Node,
  ObjectExpression,
  ParamPattern,
  Program,
  Statement,
  VisitorObject,
} from "oxc-parser";
import { Visitor } from "oxc-parser";

/** Syntax that the house forbids; each name is also the rule's name in a finding. */
export type SyntaxRule =
  | "any"
  | "decorator"
  | "default-export"
  | "enum"
  | "environment"
  | "module-mock"
  | "module-state"
  | "namespace"
  | "parameter-property"
  | "re-export"
  | "skipped-test";

export interface SyntaxFact {
  readonly rule: SyntaxRule;
  readonly line: number;
  readonly detail: string;
}

/** A function with its extent. */
export interface FunctionFact {
  readonly line: number;
  readonly lineCount: number;
  readonly parameterCount: number;
}

/** A rest parameter that is taken apart at once (`...[a, b]`) is as many parameters as it has names. */
function parameterCountOf(params: readonly ParamPattern[]): number {
  const last = params.at(-1);
  if (last?.type !== "RestElement" || last.argument.type !== "ArrayPattern") return params.length;
  return params.length - 1 + last.argument.elements.length;
}

/** What one walk over a program collects. */
export interface Walked {
  readonly syntax: readonly SyntaxFact[];
  readonly functions: readonly FunctionFact[];
  /** Modules reached without an import statement: `import("./x.ts")`, `new URL("./x.ts", import.meta.url)`. */
  readonly loaded: readonly { readonly value: string; readonly start: number }[];
  readonly assertionCount: number;
}

type LineOf = (offset: number) => number;
type Add = (rule: SyntaxRule, node: Node, detail: string) => void;

/** Walks a program once. */
export function walkSyntax(program: Program, lineOf: LineOf): Walked {
  const syntax: SyntaxFact[] = [];
  const functions: FunctionFact[] = [];
  const loaded: { value: string; start: number }[] = [];
  let assertionCount = 0;
  const add: Add = (rule, node, detail) => syntax.push({ rule, line: lineOf(node.start), detail });
  const addFunction = (node: FunctionNode | ArrowFunctionExpression): void => {
    const [first, last] = [lineOf(node.start), lineOf(node.end)];
    functions.push({ line: first, lineCount: last - first + 1, parameterCount: parameterCountOf(node.params) });
  };
  new Visitor({
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: addFunction,
    CallExpression: (node) => {
      if (isAssertion(node)) assertionCount += 1;
      checkCall(node, add);
    },
    ImportExpression: (node) => addLiteral(node.source, loaded),
    NewExpression: (node) => {
      if (isName(node.callee, "URL") && node.arguments[1]?.type === "MemberExpression") addLiteral(node.arguments[0], loaded);
    },
    MemberExpression: (node) => {
      if (isName(node.object, "process") && propertyName(node) === "env") add("environment", node, "process.env");
    },
    ...declarationRules(add),
  }).visit(program);
  for (const statement of program.body) checkTopLevel(statement, add);
  return { syntax, functions, loaded, assertionCount };
}

function declarationRules(add: Add): VisitorObject {
  return {
    Decorator: (node) => add("decorator", node, "decorator"),
    ExportAllDeclaration: (node) => add("re-export", node, "export * from"),
    ExportDefaultDeclaration: (node) => add("default-export", node, "export default"),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add("re-export", node, "export { … } from");
    },
    TSAnyKeyword: (node) => add("any", node, "any"),
    TSEnumDeclaration: (node) => add("enum", node, `enum ${node.id.name}`),
    TSModuleDeclaration: (node) => {
      if (node.id.type !== "Literal") add("namespace", node, "namespace");
    },
    TSParameterProperty: (node) => add("parameter-property", node, "parameter property"),
    ImportDeclaration: (node) => {
      if (!["node:process", "process"].includes(node.source.value)) return;
      const environment = node.specifiers.some((entry) => entry.type === "ImportSpecifier" && isName(entry.imported, "env"));
      if (environment) add("environment", node, 'env from "node:process"');
    },
  };
}

/** `mock.module(…)`, `test.skip(…)`, `t.todo(…)`, `test(…, { skip: … })`. */
function checkCall(node: CallExpression, add: Add): void {
  const name = node.callee.type === "MemberExpression" ? propertyName(node.callee) : undefined;
  const owner = node.callee.type === "MemberExpression" ? node.callee.object : node.callee;
  if (name === "module" && ownerName(owner) === "mock") add("module-mock", node, "mock.module");
  const isTestOwner = ["test", "it", "describe", "suite", "t", "context"].includes(ownerName(owner) ?? "");
  if (!isTestOwner) return;
  if (name === "skip" || name === "todo") add("skipped-test", node, `${ownerName(owner)}.${name}`);
  for (const argument of node.arguments) {
    if (argument.type === "ObjectExpression") checkTestOptions(argument, add);
  }
}

function checkTestOptions(options: ObjectExpression, add: Add): void {
  for (const property of options.properties) {
    if (property.type !== "Property") continue;
    for (const name of ["skip", "todo", "only"]) if (isName(property.key, name)) add("skipped-test", property, `option ${name}`);
  }
}

/** `assert(…)`, `assert.equal(…)`, `t.assert.ok(…)`, `fc.assert(…)`. */
function isAssertion(node: CallExpression): boolean {
  if (isName(node.callee, "assert")) return true;
  if (node.callee.type !== "MemberExpression") return false;
  return propertyName(node.callee) === "assert" || ownerName(node.callee.object) === "assert";
}

function checkTopLevel(statement: Statement, add: Add): void {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declaration?.type !== "VariableDeclaration" || declaration.declare === true) return;
  if (declaration.kind === "let" || declaration.kind === "var") add("module-state", statement, `module-level ${declaration.kind}`);
  for (const { init } of declaration.declarations) {
    const isEmptyCollection = init?.type === "NewExpression" && init.arguments.length === 0;
    if (!isEmptyCollection) continue;
    const name = ownerName(init.callee) ?? "";
    if (["Map", "Set", "WeakMap", "WeakSet"].includes(name)) add("module-state", statement, `module-level new ${name}()`);
  }
}

function addLiteral(node: Node | undefined, loaded: { value: string; start: number }[]): void {
  if (node?.type === "Literal" && typeof node.value === "string") loaded.push({ value: node.value, start: node.start });
}

function isName(node: Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

/** The last name of `a`, `x.a`. */
function ownerName(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" ? propertyName(node) : undefined;
}

function propertyName(node: MemberExpression): string | undefined {
  if (node.property.type === "Identifier" && !node.computed) return node.property.name;
  return node.property.type === "Literal" && typeof node.property.value === "string" ? node.property.value : undefined;
}
