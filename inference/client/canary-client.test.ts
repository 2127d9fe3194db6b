import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createCanaryClient } from "./canary-client.ts";
import { stickyPoint } from "./sticky-split.ts";
import type { InferenceClient } from "./triton.ts";

const { signal } = new AbortController();

/** A client that writes down what it was asked. */
function recording(name: string, asked: string[]): InferenceClient {
  return {
    infer: async (model, _, { version }) => {
      asked.push(`${name} ${model} ${version ?? "any"}`);
      return await Promise.resolve([]);
    },
    verify: async (contracts) => {
      for (const contract of contracts) asked.push(`${name} verifies ${contract.name} ${contract.version ?? "any"}`);
      await Promise.resolve();
    },
  };
}

describe("createCanaryClient", () => {
  it("refuses a share beyond 0 to 1 and two routes of one model", () => {
    const client = recording("stable", []);
    for (const share of [-0.1, 1.1, Number.NaN]) {
      assert.throws(() => createCanaryClient(client, [{ model: "m", share }]), { code: "INVALID_ARGUMENT" });
    }
    const twice = [
      { model: "m", share: 0.1 },
      { model: "m", share: 0.2 },
    ];
    assert.throws(() => createCanaryClient(client, twice), /it has two routes/);
  });

  it("splits by key only: calls without a key, of other models or with a version stay", async () => {
    const asked: string[] = [];
    const client = createCanaryClient(recording("stable", asked), [
      { model: "m", share: 1, toVersion: "2", toModel: "n", on: recording("canary", asked) },
    ]);
    await client.infer("m", [], { signal });
    await client.infer("other", [], { signal, stickyKey: "a" });
    await client.infer("m", [], { signal, stickyKey: "a", version: "1" });
    await client.infer("m", [], { signal, stickyKey: "a" });
    assert.deepEqual(asked, ["stable m any", "stable other any", "stable m 1", "canary n 2"]);
  });

  it("verifies both sides", async () => {
    const asked: string[] = [];
    const client = createCanaryClient(recording("stable", asked), [{ model: "m", share: 0.5, toVersion: "2" }]);
    await client.verify(
      [
        { name: "m", inputs: [], outputs: [] },
        { name: "k", inputs: [], outputs: [] },
      ],
      { signal },
    );
    assert.deepEqual(asked, ["stable verifies m any", "stable verifies k any", "stable verifies m 2"]);
  });

  it("a key stays on its side, a larger share only moves keys to the canary, and the share is kept", async () => {
    const side = async (key: string, share: number) => {
      const asked: string[] = [];
      await createCanaryClient(recording("stable", asked), [{ model: "m", share, toVersion: "2" }]).infer("m", [], {
        signal,
        stickyKey: key,
      });
      return asked[0] === "stable m 2";
    };
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (key, a, b) => {
          assert.equal(await side(key, a), await side(key, a));
          if (await side(key, Math.min(a, b))) assert.ok(await side(key, Math.max(a, b)));
        },
      ),
    );
    const points = Array.from({ length: 10_000 }, (_, index) => stickyPoint(`document-${index}`, "m"));
    assert.ok(Math.abs(points.filter((point) => point < 0.1).length - 1_000) < 120);
  });
});
