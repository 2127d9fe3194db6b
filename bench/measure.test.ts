import assert from "node:assert/strict";
import { test } from "node:test";
import { PayerHubError } from "../runtime/error.ts";
import { measure, type Measurement } from "./measure.ts";
import type { RunRequest } from "./report.ts";

async function call(argv: readonly string[], speed?: Measurement) {
  const [printed, told, requests]: [string[], string[], RunRequest[]] = [[], [], []];
  const recording: Measurement = async (request) => {
    requests.push(request);
    request.progress("half way");
    return {
      name: "speed",
      seed: request.seed,
      figures: { a_ms: 2 },
      ratios: {},
      baseline: { what: "", figures: {} },
      runs: 3,
      commands: ["again"],
    };
  };
  const exitCode = await measure(argv, {
    command: "npm run bench --",
    measurements: { speed: speed ?? recording },
    examples: ["npm run bench -- speed"],
    print: (text) => void printed.push(text),
    tell: (text) => void told.push(text),
    signal: new AbortController().signal,
  });
  return { exitCode, printed, told: told.join("\n"), requests };
}

test("a named measurement runs with its seed and count, and its report goes to standard output alone", async () => {
  const { exitCode, printed, told, requests } = await call(["speed", "--seed", "7", "--count", "3", "--json"]);
  assert.deepEqual([exitCode, told, requests[0]?.seed, requests[0]?.count], [0, "half way", 7, 3]);
  assert.equal(printed.length, 1);
  assert.deepEqual(JSON.parse(printed[0] ?? "").figures, { a_ms: 2 });
});

test("without options the seed is fixed, the count is the measurement's own, and people get a table", async () => {
  const { printed, requests } = await call(["speed"]);
  assert.deepEqual([Number.isSafeInteger(requests[0]?.seed), requests[0]?.count], [true, undefined]);
  assert.match(printed[0] ?? "", /a_ms +2[\s\S]*\$ again/);
});

test("--help names every measurement and runs none", async () => {
  const { exitCode, printed, told, requests } = await call(["speed", "--help"]);
  assert.deepEqual([exitCode, printed, requests], [0, [], []]);
  assert.match(told, /Names: speed[\s\S]*Examples:\n {2}npm run bench -- speed/);
});

for (const [argv, said] of [
  [[], /the name is unknown/],
  [["sped"], /measuring "sped"/],
  [["constructor"], /measuring "constructor"/],
  [["speed", "flow"], /there must be one/],
  [["speed", "--seed", "x"], /--seed "x"/],
  [["speed", "--seed", "1.5"], /--seed "1.5"/],
  [["speed", "--count", "0"], /--count "0"/],
  [["speed", "--count", ""], /--count ""/],
  [["speed", "--sed", "1"], /--sed/],
] as const) {
  test(`the call "${argv.join(" ")}" is refused with help and the exit code of usage`, async () => {
    const { exitCode, printed, told, requests } = await call(argv);
    assert.deepEqual([exitCode, printed, requests], [2, [], []]);
    assert.match(told, said);
    assert.match(told, /Names: speed/);
  });
}

test("an error of the measurement itself is not taken for a wrong call", async () => {
  const failed = new PayerHubError("INVALID_ARGUMENT", "reading a page: it is empty, it must hold a word");
  await assert.rejects(
    call(["speed"], async () => await Promise.reject(failed)),
    (error) => error === failed,
  );
});
