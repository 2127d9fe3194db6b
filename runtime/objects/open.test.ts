import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { temporaryFolder } from "../../test/servers/server.ts";
import { PayerHubError } from "../error.ts";
import { systemWorld } from "../world.ts";
import { openObjects } from "./open.ts";

const world = systemWorld();
const signal = new AbortController().signal;

test("a file URL opens a folder that keeps what is put", async () => {
  await using folder = await temporaryFolder();
  const url = `${pathToFileURL(folder.path).href}/made%20here`;
  const put = { contentType: "text/plain", signal };
  const ref = await (await openObjects(url, { world })).put("t/a", { bytes: Buffer.from("kept") }, put);
  const again = await openObjects(url, { world });
  assert.equal(Buffer.from(await again.readAll(ref, { maxBytes: 9, signal })).toString(), "kept");
});

test("an incomplete or foreign URL is refused without repeating its secret", async () => {
  const bucketless = "s3://key:hush@127.0.0.1:9000";
  for (const url of [
    "",
    "nonsense",
    "http://key:hush@host/bucket",
    bucketless,
    "s3://127.0.0.1/bucket",
    "s3://key:hush@host/UPPER",
    "s3://key@host/bucket",
  ]) {
    await assert.rejects(openObjects(url, { world }), (error) => {
      assert.ok(error instanceof PayerHubError && error.code === "INVALID_ARGUMENT", url);
      assert.equal(error.message.includes("hush"), false);
      return true;
    });
  }
});
