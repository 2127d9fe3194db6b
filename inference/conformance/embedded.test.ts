import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { startKitServer } from "../../test/servers/conformance-kit.ts";
import { ASIDES } from "./asides.ts";
import { CASES } from "./cases.ts";
import { playSteps } from "./play.ts";
import { runVectors } from "./run-vectors.ts";

let server: Awaited<ReturnType<typeof startKitServer>>;
before(async () => {
  server = await startKitServer();
});
after(async () => await server[Symbol.asyncDispose]());

runVectors("embedded", () => server.endpoint);

it("has 80 cases or more, no two of one name, and an aside only for a case that is there", () => {
  const names = CASES.map(({ name }) => name);
  assert.ok(names.length >= 80);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    ASIDES.filter(({ name }) => !names.includes(name)),
    [],
  );
});

it("refuses surplus raw buffers and BYTES beyond the data only when it is told to be strict", async () => {
  await using strict = await startKitServer({ strict: true });
  for (const name of ["infer: two raw buffers for one input", "bytes: length beyond the data"]) {
    const steps = CASES.find((candidate) => candidate.name === name)?.steps ?? [];
    const codes = async (endpoint: string) => (await playSteps(endpoint, steps)).map(({ code }) => code);
    assert.deepEqual(await codes(server.endpoint), ["OK"]);
    assert.deepEqual(await codes(strict.endpoint), ["INVALID_ARGUMENT"]);
  }
});
