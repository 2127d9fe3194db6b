import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemWorld } from "../../runtime/world.ts";
import { dnsEndpoints } from "./dns-endpoints.ts";
import { staticEndpoints } from "./endpoint-source.ts";

const world = systemWorld();

describe("dnsEndpoints", () => {
  it("refuses a name without a port", () => {
    for (const name of ["triton", "triton:", ":8001", "triton:port"]) {
      assert.throws(() => dnsEndpoints({ name, lookup: async () => await Promise.resolve([]), world }), { code: "INVALID_ARGUMENT" });
    }
  });

  it("gives a set when it changed, in any order; a failed look-up changes nothing", async () => {
    const answers = [["10.0.0.2", "10.0.0.1"], "fails", ["10.0.0.1", "10.0.0.2"], ["10.0.0.1", "fd00::1"], []];
    const asked: string[] = [];
    const lookup = async (host: string) => {
      asked.push(host);
      const answer = answers.shift();
      return answer === undefined || typeof answer === "string" ? await Promise.reject(new Error("no name server")) : answer;
    };
    const stop = new AbortController();
    const seen: (readonly string[])[] = [];
    for await (const endpoints of dnsEndpoints({ name: "triton.models:8001", intervalMs: 1, lookup, world }).watch(stop.signal)) {
      seen.push(endpoints);
      if (seen.length === 3) stop.abort();
    }
    assert.deepEqual(seen, [["10.0.0.1:8001", "10.0.0.2:8001"], ["10.0.0.1:8001", "[fd00::1]:8001"], []]);
    assert.equal(asked[0], "triton.models");
  });
});

it("staticEndpoints: gives its set once, each endpoint once", async () => {
  const sets = await Array.fromAsync(staticEndpoints(["a:1", "b:2", "a:1"]).watch(new AbortController().signal));
  assert.deepEqual(sets, [["a:1", "b:2"]]);
});
