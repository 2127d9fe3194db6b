import assert from "node:assert/strict";
import { test } from "node:test";
import { CODES, type Code, PayerHubError } from "../runtime/error.ts";
import { textTable } from "./command-io.ts";
import { EXIT, exitCodeOf, runCommand } from "./exit-code.ts";

test("every error code has an exit code of the contract, and never 0", () => {
  const known = new Set<number>(Object.values(EXIT));
  for (const code of Object.keys(CODES) as Code[]) {
    const exit = exitCodeOf(new PayerHubError(code, "trying: planted, none is required"));
    assert.ok(known.has(exit) && exit !== EXIT.ok, code);
  }
  assert.equal(exitCodeOf(new PayerHubError("NOT_FOUND", "")), 3);
  assert.equal(exitCodeOf(new PayerHubError("PERMISSION_DENIED", "")), 4);
  assert.equal(exitCodeOf(new PayerHubError("ABORTED", "")), 5);
  assert.equal(exitCodeOf(new PayerHubError("UNAVAILABLE", "")), 75);
});

test("a failure is a line on err and an exit code; a foreign error keeps its text to itself", async () => {
  const lines: string[] = [];
  const io = { out: () => {}, err: (text: string) => void lines.push(text) };
  const exit = await runCommand(io, "doing it", async () => {
    throw new Error("Maren Okafor");
  });
  assert.equal(exit, 1);
  assert.deepEqual(lines, ["payerhub: doing it failed: the operation ended with INTERNAL"]);
  assert.equal(await runCommand(io, "doing it", async () => await Promise.resolve(6)), 6);
});

test("a table lines up whatever its cells", () => {
  assert.equal(
    textTable(
      ["a", "bb"],
      [
        ["••••", "x"],
        ["1", ""],
      ],
    ),
    "a     bb\n────  ──\n••••  x\n1",
  );
});
