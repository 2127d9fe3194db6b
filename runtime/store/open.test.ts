import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { temporaryFolder } from "../../test/servers/server.ts";
import { PayerHubError } from "../error.ts";
import { conformanceSeal } from "./conformance.ts";
import { openStore } from "./open.ts";

const signal = new AbortController().signal;
const spec = { name: "counters", schema: z.strictObject({ at: z.number() }), indexes: {} };

test("a sqlite URL opens a file that keeps what is written, with and without slashes", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "store.db");
  const first = await openStore(`sqlite:${path}`, { seal: conformanceSeal });
  await (await first.collection(spec)).insert("t", "a", { at: 1 }, signal);
  await first.close();
  const second = await openStore(`sqlite://${path}`, { seal: conformanceSeal });
  assert.equal((await (await second.collection(spec)).get("t", "a", signal))?.value.at, 1);
  await second.close();
});

test("another URL is refused without repeating its password", async () => {
  for (const url of ["", "sqlite:", "postgres://user:hush@host/db", "mongo://user:hush@host", "/plain/path"]) {
    await assert.rejects(openStore(url, { seal: conformanceSeal }), (error) => {
      assert.ok(error instanceof PayerHubError && error.code === "INVALID_ARGUMENT", url);
      assert.equal(error.message.includes("hush"), false);
      return true;
    });
  }
});
