import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import { createTritonClient, type TritonClient } from "../../inference/client/triton.ts";
import { likeliest } from "../../inference/client/word-labels.ts";
import { inferenceConfigSchema } from "../../inference/config.ts";
import { SHIPPED_MODELS } from "../../inference/models/repository.ts";
import { type InferenceHandle, startInference } from "../../inference/start.ts";
import { DocumentHead, PageWords, Understanding } from "../../proto/document/v1/document.pb.ts";
import { openEmbeddedSeal } from "../../runtime/embedded-seal.ts";
import { createLogger } from "../../runtime/log.ts";
import { createFolderObjects } from "../../runtime/objects/folder.ts";
import { createSealedObjects } from "../../runtime/objects/sealed.ts";
import { systemWorld } from "../../runtime/world.ts";
import { temporaryFolder } from "../../test/servers/server.ts";
import { loadCodeBook } from "../../mesh/understand/code-book.ts";
import { openTextModels } from "../../mesh/understand/open-text-models.ts";
import { pagePicture } from "../../mesh/understand/page-picture.ts";
import { typedPage } from "../../mesh/understand/page-fixture.ts";
import { createUnderstandStage } from "../../mesh/understand/stage.ts";
import type { DocumentLabels, PageLabels, TextModels } from "../../mesh/understand/text-models.ts";

const world = systemWorld();
const log = createLogger({ level: "silent" });
const { signal } = new AbortController();
const book = loadCodeBook();
const FORM = [
  "# Prior Authorization Request",
  "",
  "Member Name: John Smith                 Date of Birth: 01/02/1980",
  "Member ID: W123456789                   Group Number: 88123",
  "",
  "Prescriber: Alice Jones MD              NPI: 1234567893",
  "Diagnosis Code: M05.79",
];
let server: InferenceHandle;
let client: TritonClient;
let models: TextModels & { stop(): Promise<void> };

before(async () => {
  server = await startInference(inferenceConfigSchema.parse({ models: ["layoutlmv3", "biobert"] }), { log }, signal);
  client = createTritonClient({ endpoint: server.endpoint });
  models = await openTextModels({ repository: SHIPPED_MODELS, client, world });
});
after(async () => {
  await models.stop();
  client.close();
  await server.stop();
});

const ask = async (pages: readonly PageWords[]): Promise<DocumentLabels> =>
  await models.label(
    pages.map((words) => ({ words, picture: undefined })),
    { signal, progress: () => {} },
  );

test("every token has a row that adds up to one, of fields and of entities", async () => {
  const { models: names, pages } = await ask([typedPage(FORM)]);
  assert.deepEqual(names, ["layoutlmv3", "biobert"]);
  const [page] = pages;
  assert.ok(page !== undefined && page.tokens.length > 20);
  for (const { kinds, probabilities } of [page.fields, page.entities]) {
    assert.equal(probabilities.length, kinds.length * page.tokens.length);
    for (let row = 0; row < page.tokens.length; row += 1) {
      const sum = probabilities.subarray(row * kinds.length, (row + 1) * kinds.length).reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - 1) < 1e-4);
    }
  }
});

test("a page says the same alone and beside others, however many", async () => {
  const form = typedPage(FORM);
  const long = typedPage(
    Array.from({ length: 40 }, (_, line) => `${FORM[2 + (line % 5)] ?? ""} ${line}`),
    { page: 2 },
  );
  const alone = (await ask([form])).pages[0];
  const beside = (await ask([long, form, long, form, long])).pages[3];
  assert.ok(alone !== undefined && beside !== undefined);
  for (const side of ["fields", "entities"] as const) {
    const most = alone[side].probabilities.reduce(
      (high, value, at) => Math.max(high, Math.abs(value - (beside[side].probabilities[at] ?? 9))),
      0,
    );
    assert.ok(most < 1e-4, `${side} differ by ${most}`);
  }
});

test("a page without words and one of more windows than one are labeled whole", async () => {
  const dense = typedPage(
    Array.from({ length: 60 }, (_, line) => `Member ID: W12345${line} Claim Number: ZX99${line} Amount: $${line}12.34`),
  );
  const { pages } = await ask([PageWords.fromPartial({ page: 1, widthPx: 10, heightPx: 10 }), dense]);
  assert.deepEqual([pages[0]?.tokens.length, pages[0]?.fields.probabilities.length], [0, 0]);
  assert.ok((pages[1]?.tokens.length ?? 0) > 450);
  assert.equal(pages[1]?.fields.probabilities.length, (pages[1]?.tokens.length ?? 0) * (pages[1]?.fields.kinds.length ?? 0));
});

test("entities are found in a form", async () => {
  const { pages } = await ask([typedPage(FORM)]);
  const labels = pages[0];
  assert.ok(labels !== undefined);
  assert.equal(entityOf(labels, "1234567893"), "NPI");
  assert.equal(entityOf(labels, "01/02/1980"), "DATE");
  assert.equal(entityOf(labels, "M05.79"), "ICD10");
  assert.equal(entityOf(labels, "Request"), "O");
});

function entityOf({ tokens, entities }: PageLabels, text: string): string | undefined {
  const row = tokens.findIndex((token) => token.text === text);
  return entities.kinds[likeliest(entities.probabilities.subarray(row * entities.kinds.length, (row + 1) * entities.kinds.length))];
}

test("a picture that is no picture, or too large to be a page, is refused", async () => {
  await assert.rejects(pagePicture(Buffer.from("no picture")));
  const picture = await pagePicture(
    await sharp({ create: { width: 300, height: 400, channels: 3, background: "white" } })
      .png()
      .toBuffer(),
  );
  assert.equal(picture.length, 224 * 224);
});

test("the stage states which models it asked, and goes on by rules alone when they do not answer", async () => {
  await using folder = await temporaryFolder();
  const stored = await createFolderObjects({ root: join(folder.path, "objects"), world });
  const objects = createSealedObjects(stored, await openEmbeddedSeal(folder.path, world));
  const key = (name: string) => `t1/d1/${name}`;
  const put = async (name: string, bytes: Uint8Array) =>
    await objects.putBytes({ tenant: "t1", key: key(name), contentType: "image/png" }, bytes, signal);
  const words = await objects.putMessage({ tenant: "t1", key: key("words") }, PageWords, typedPage(FORM), signal);
  const image = await put(
    "image",
    await sharp({ create: { width: 1700, height: 2200, channels: 3, background: "white" } })
      .png()
      .toBuffer(),
  );
  const head = DocumentHead.fromPartial({ tenant: "t1", documentId: "d1", revision: 1 });
  const gone = createTritonClient({ endpoint: "127.0.0.1:1" });
  const absent = await openTextModels({ repository: SHIPPED_MODELS, client: gone, world });
  const taken: Socket[] = [];
  const silent = createServer((socket) => taken.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  assert.ok(address !== null && typeof address === "object");
  const mute = createTritonClient({ endpoint: `127.0.0.1:${address.port}` });
  const hanging = await openTextModels({ repository: SHIPPED_MODELS, client: mute, world });
  const versionsOf = async (asked: TextModels | undefined, run: string) => {
    const context = { tenant: "t1", documentId: "d1", revision: 1, run, progress: () => {}, signal, objects, world, log };
    const { next } = await createUnderstandStage({ book, models: asked }).run(
      { head, words: [words], images: [image], pageCount: 1 },
      context,
    );
    assert.ok(next?.name === "understood" && next.message.understanding !== undefined);
    const { versions, fields } = await objects.readMessage("t1", next.message.understanding, Understanding, signal);
    assert.equal(fields.find(({ name }) => name === "member.id")?.value, "W123456789");
    return versions.slice(1);
  };
  assert.deepEqual(await versionsOf(models, "a"), ["layoutlmv3", "biobert"]);
  assert.deepEqual(await versionsOf(absent, "b"), []);
  assert.deepEqual(await versionsOf(undefined, "c"), []);
  assert.deepEqual(await versionsOf(hanging, "d"), []);
  await Promise.all([absent.stop(), hanging.stop()]);
  gone.close();
  mute.close();
  for (const socket of taken) socket.destroy();
  silent.close();
  await stored.close();
});
