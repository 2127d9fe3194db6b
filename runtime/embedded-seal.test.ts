import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../test/servers/server.ts";
import { openEmbeddedSeal } from "./embedded-seal.ts";
import { systemWorld } from "./world.ts";

const CONTEXT = { tenant: "acme", place: "objects", id: "1" };

test("two processes of one home open each other's values, another home does not", async () => {
  await using home = await temporaryFolder();
  await using other = await temporaryFolder();
  const sealed = (await openEmbeddedSeal(home.path, systemWorld())).seal(Buffer.from("fax"), CONTEXT);
  const opened = (await openEmbeddedSeal(home.path, systemWorld())).open(sealed, CONTEXT);
  assert.equal(Buffer.from(opened).toString(), "fax");
  const foreign = await openEmbeddedSeal(other.path, systemWorld());
  assert.throws(() => foreign.open(sealed, CONTEXT), { code: "DATA_LOSS" });
});
