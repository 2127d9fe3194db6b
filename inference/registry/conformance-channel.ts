import assert from "node:assert/strict";
import { test } from "node:test";
import { channelHistory, promote, readChannel, resolveChannel, rollback } from "./channel.ts";
import { isCode, never, type RegistrySuite } from "./conformance-kit.ts";
import { writeSampleModel } from "./conformance-model.ts";
import { manifestKey } from "./keys.ts";
import { pushModel } from "./push.ts";
import { readManifest } from "./registry.ts";

const signal = never();
const by = "ines";

async function threeVersions({ registry, fresh }: RegistrySuite, name: string): Promise<void> {
  const source = await fresh();
  for (const version of [1, 2, 3]) {
    const folder = await writeSampleModel(source, { name, version, weights: `${name} ${version}` });
    await pushModel(registry, folder, { version, signal });
  }
}

/** Channels that move in one write. */
export function channelConformance(get: () => RegistrySuite): void {
  test("promote and rollback move a channel one write each, and its history tells who and when", async () => {
    const suite = get();
    const { registry } = suite;
    await threeVersions(suite, "steered");
    const stable = { name: "steered", channel: "stable" } as const;
    for (const version of [1, 2, 3]) assert.equal((await promote(registry, { ...stable, version }, { by, signal })).record, version);
    assert.equal((await promote(registry, { ...stable, version: 3 }, { by, signal })).record, 3);
    assert.equal((await resolveChannel(registry, stable, signal)).version, 3);
    assert.equal((await rollback(registry, stable, { by: "tom", signal })).version, 2);
    assert.equal((await rollback(registry, stable, { by: "tom", signal })).version, 1);
    await assert.rejects(rollback(registry, stable, { by, signal }), isCode("FAILED_PRECONDITION"));
    await promote(registry, { ...stable, version: 3 }, { by, signal });
    assert.deepEqual((await readChannel(registry, stable, signal))?.earlier, [1]);
    const history = await channelHistory(registry, stable, { signal });
    assert.deepEqual(
      history.map(({ record, action, version, by: who }) => [record, action, version, who]),
      [
        [6, "promote", 3, "ines"],
        [5, "rollback", 1, "tom"],
        [4, "rollback", 2, "tom"],
        [3, "promote", 3, "ines"],
        [2, "promote", 2, "ines"],
        [1, "promote", 1, "ines"],
      ],
    );
    assert.equal(await readChannel(registry, { ...stable, channel: "candidate" }, signal), undefined);
  });

  test("of concurrent changes of a channel one wins, the others are told", async () => {
    const suite = get();
    const { registry, storage } = suite;
    await threeVersions(suite, "contended");
    const stable = { name: "contended", channel: "stable" } as const;
    const changes = [1, 2, 3].map(async (version) => await promote(registry, { ...stable, version }, { by, signal }));
    const results = await Promise.allSettled(changes);
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.version] : []));
    const standing = (await readChannel(registry, stable, signal))?.version;
    assert.ok(won.includes(standing ?? 0));
    if (storage.atomic) assert.deepEqual(won, [standing]);
    for (const result of results) if (result.status === "rejected") assert.ok(isCode("ABORTED")(result.reason), String(result.reason));
  });

  test("a channel names bytes: another manifest under the promoted number is not served", async () => {
    const suite = get();
    const { registry, fresh } = suite;
    await threeVersions(suite, "pinned");
    const stable = { name: "pinned", channel: "stable" } as const;
    await promote(registry, { ...stable, version: 2 }, { by, signal });
    const manifest = await readManifest(registry, { name: "pinned", version: 2 }, signal);
    const forged = { ...manifest, license: "MIT" };
    const body = { bytes: Buffer.from(JSON.stringify(forged)) };
    await registry.objects.put(manifestKey("pinned", 2), body, { contentType: "application/json", signal });
    await assert.rejects(resolveChannel(registry, stable, signal), isCode("DATA_LOSS", /not what was promoted/));
    assert.ok(await fresh());
  });
}
