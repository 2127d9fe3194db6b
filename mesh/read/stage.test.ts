import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentHead, PageWords } from "../../proto/document/v1/document.pb.ts";
import { createLogger } from "../../runtime/log.ts";
import type { SealedObjects } from "../../runtime/objects/sealed.ts";
import { systemWorld } from "../../runtime/world.ts";
import type { StageContext } from "../stage.ts";
import { createReadConfig } from "./config.ts";
import { SAMPLE_LETTER, samplePdf } from "./sample-page.ts";
import { createReadStage } from "./stage.ts";

/** Objects in a map: what the stage is handed in place of a store. */
function mapObjects(): { readonly objects: SealedObjects; readonly stored: Map<string, Uint8Array> } {
  const stored = new Map<string, Uint8Array>();
  const putBytes: SealedObjects["putBytes"] = async ({ key, contentType }, plain) => {
    stored.set(key, plain);
    return { key, sha256: "0".repeat(64), sizeBytes: BigInt(plain.length), contentType };
  };
  const readBytes: SealedObjects["readBytes"] = async (_tenant, ref) => stored.get(ref.key) ?? new Uint8Array();
  const objects: SealedObjects = {
    putBytes,
    readBytes,
    putMessage: async (place, codec, message, signal) =>
      await putBytes({ ...place, contentType: "application/x-protobuf" }, codec.encode(message).finish(), signal),
    readMessage: async (tenant, ref, codec, signal) => codec.decode(await readBytes(tenant, ref, signal)),
  };
  return { objects, stored };
}

function contextOf(objects: SealedObjects): StageContext {
  return {
    tenant: "t1",
    documentId: "d1",
    revision: 2,
    run: "run1",
    progress: () => {},
    signal: new AbortController().signal,
    objects,
    world: systemWorld(),
    log: createLogger({ level: "silent" }),
  };
}

async function runStage(bytes: Uint8Array): Promise<{
  readonly outcome: Awaited<ReturnType<Awaited<ReturnType<typeof createReadStage>>["run"]>>;
  readonly stored: Map<string, Uint8Array>;
}> {
  const { objects, stored } = mapObjects();
  const context = contextOf(objects);
  const original = await objects.putBytes({ tenant: "t1", key: "t1/d1/original", contentType: "application/pdf" }, bytes, context.signal);
  const stage = await createReadStage({ config: createReadConfig({ engine: "tesseract.js", recognizers: 1, decoders: 1 }) });
  try {
    const head = DocumentHead.fromPartial({ tenant: "t1", documentId: "d1", revision: 2, original });
    return { outcome: await stage.run({ head }, context), stored };
  } finally {
    await stage.stop();
  }
}

test("the stage stores words and image of every page and names them in page order", async () => {
  const { outcome, stored } = await runStage(await samplePdf(SAMPLE_LETTER, { pages: 3 }));
  assert.equal(outcome.next?.name, "read");
  assert.equal(outcome.facts.state, "read");
  assert.equal(outcome.facts.pageCount, 3);
  assert.deepEqual(
    outcome.facts.words?.map(({ key }) => key),
    ["t1/d1/r2/run1/words-1.pb", "t1/d1/r2/run1/words-2.pb", "t1/d1/r2/run1/words-3.pb"],
  );
  assert.deepEqual(
    outcome.facts.images?.map(({ key }) => key),
    ["t1/d1/r2/run1/page-1.png", "t1/d1/r2/run1/page-2.png", "t1/d1/r2/run1/page-3.png"],
  );
  const second = PageWords.decode(stored.get("t1/d1/r2/run1/words-2.pb") ?? new Uint8Array());
  assert.equal(second.page, 2);
  assert.ok(second.words.some((word) => word.text === "W382516740"));
  assert.deepEqual([...(stored.get("t1/d1/r2/run1/page-1.png")?.subarray(1, 4) ?? [])], [...Buffer.from("PNG")]);
});

test("the stage gives the same artefacts for the same event", async () => {
  const bytes = await samplePdf(SAMPLE_LETTER);
  const [first, second] = [await runStage(bytes), await runStage(bytes)];
  assert.deepEqual([...first.stored.keys()], [...second.stored.keys()]);
  for (const [key, value] of first.stored) assert.ok(Buffer.from(value).equals(Buffer.from(second.stored.get(key) ?? [])), key);
});

test("the stage ends in a coded error for what is no document", async () => {
  await assert.rejects(runStage(Buffer.from("MZ\x90")), { code: "INVALID_ARGUMENT" });
  await assert.rejects(runStage(new Uint8Array()), { code: "INVALID_ARGUMENT" });
});
