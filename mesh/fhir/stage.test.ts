import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentScored, DocumentType, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { sampleHead, sampleUnderstanding } from "../../test/samples/document.ts";
import { openSampleHome } from "../../test/samples/home.ts";
import { createFhirStage } from "./stage.ts";

test("a scored document becomes a stored bundle, a figure and the next event", async () => {
  await using home = await openSampleHome();
  const head = sampleHead();
  const artefacts = await home.put(head, sampleUnderstanding(DocumentType.DETERMINATION_LETTER));
  const outcome = await createFhirStage().run(DocumentScored.fromPartial({ head, ...artefacts }), home.context(head));
  assert.equal(outcome.facts.state, "mapped");
  assert.equal(outcome.facts.fhirCompleteness, 1);
  assert.ok(outcome.next?.name === "mapped");
  const { bundle } = outcome.next.message;
  assert.ok(bundle !== undefined);
  assert.equal(bundle.key, `acme/${head.documentId}/r1/sample/bundle.json`);
  const stored = JSON.parse(Buffer.from(await home.objects.readBytes("acme", bundle, home.signal)).toString());
  assert.equal(stored.resourceType, "Bundle");
  assert.deepEqual(outcome.next.message.understanding, artefacts.understanding);
});

test("a redelivery stores the same bundle", async () => {
  await using home = await openSampleHome();
  const head = sampleHead();
  const message = DocumentScored.fromPartial({ head, ...(await home.put(head, sampleUnderstanding(DocumentType.CLAIM_FORM))) });
  const texts: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    const { next } = await createFhirStage().run(message, home.context(head));
    assert.ok(next?.name === "mapped" && next.message.bundle !== undefined);
    texts.push(Buffer.from(await home.objects.readBytes("acme", next.message.bundle, home.signal)).toString());
  }
  assert.equal(texts[0], texts[1]);
});

test("an event without its artefacts is refused for good", async () => {
  await using home = await openSampleHome();
  const head = sampleHead();
  await assert.rejects(
    createFhirStage().run(DocumentScored.fromPartial({ head }), home.context(head)),
    (caught: unknown) => caught instanceof PayerHubError && caught.code === "INVALID_ARGUMENT",
  );
});

test("a mapping defect names the element and no value", async () => {
  await using home = await openSampleHome();
  const head = { ...sampleHead(), sourceSha256: "" };
  const understanding = Understanding.fromPartial({ type: DocumentType.OTHER, versions: ["\u0001"] });
  const message = DocumentScored.fromPartial({ head, ...(await home.put(head, understanding)) });
  await assert.rejects(createFhirStage().run(message, home.context(head)), (caught: unknown) => {
    assert.ok(caught instanceof PayerHubError);
    assert.equal(caught.code, "INTERNAL");
    assert.match(caught.message, /^mapping to FHIR "Bundle\.entry\[\d+\]\.resource\.agent\[1\]\.who\.display": not a string/);
    return true;
  });
});
