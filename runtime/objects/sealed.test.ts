import assert from "node:assert/strict";
import { test } from "node:test";
import { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { temporaryFolder } from "../../test/servers/server.ts";
import { createEnvelopeSeal } from "../envelope-seal.ts";
import { PayerHubError } from "../error.ts";
import { systemWorld } from "../world.ts";
import { createFolderObjects } from "./folder.ts";
import { createSealedObjects } from "./sealed.ts";

const world = systemWorld();
const seal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(1), keyId: "k", world });
const signal = new AbortController().signal;
const isLoss = (error: unknown) => error instanceof PayerHubError && error.code === "DATA_LOSS";

test("bytes and messages come back as given, and the store holds them sealed", async () => {
  await using folder = await temporaryFolder();
  const objects = await createFolderObjects({ root: folder.path, world });
  const sealed = createSealedObjects(objects, seal);
  const ref = await sealed.putBytes({ tenant: "t1", key: "t1/d1/a", contentType: "text/plain" }, Buffer.from("canary"), signal);
  assert.equal(Buffer.from(await sealed.readBytes("t1", ref, signal)).toString(), "canary");
  const stored = Buffer.from(await objects.readAll(ref, { maxBytes: 10_000, signal }));
  assert.equal(stored.includes("canary"), false);
  assert.equal(stored.length, seal.sealedSizeBytes(6));
  const message = await sealed.putMessage({ tenant: "t1", key: "t1/d1/m" }, ObjectRef, ref, signal);
  assert.deepEqual(await sealed.readMessage("t1", message, ObjectRef, signal), ref);
});

test("an object of another tenant or key does not open", async () => {
  await using folder = await temporaryFolder();
  const objects = await createFolderObjects({ root: folder.path, world });
  const sealed = createSealedObjects(objects, seal);
  const ref = await sealed.putBytes({ tenant: "t1", key: "t1/d1/a", contentType: "text/plain" }, Buffer.from("x"), signal);
  await assert.rejects(sealed.readBytes("t2", ref, signal), isLoss);
  const bytes = await objects.readAll(ref, { maxBytes: 10_000, signal });
  const moved = await objects.put("t1/d2/a", { bytes }, { contentType: "text/plain", signal });
  await assert.rejects(sealed.readBytes("t1", moved, signal), isLoss);
});
