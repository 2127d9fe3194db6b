import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { PayerHubError } from "../../runtime/error.ts";
import { guardPdf } from "./pdf-guard.ts";
import { SAMPLE_LETTER, samplePdf } from "./sample-page.ts";

const MIB = 1024 * 1024;

function pdfOf(...streams: readonly { readonly dictionary: string; readonly body: Buffer }[]): Buffer {
  const objects = streams.map(({ dictionary, body }, index) =>
    Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n<< ${dictionary} /Length ${body.length} >>\nstream\n`),
      body,
      Buffer.from("\nendstream\nendobj\n"),
    ]),
  );
  return Buffer.concat([Buffer.from("%PDF-1.7\n"), ...objects]);
}

const bomb = (error: unknown) => error instanceof PayerHubError && error.code === "RESOURCE_EXHAUSTED";

test("guardPdf lets real documents pass", async () => {
  await guardPdf(await samplePdf(SAMPLE_LETTER, { pages: 3 }));
});

test("guardPdf refuses one stream over 64 MiB and accepts one just below", async () => {
  await assert.rejects(guardPdf(pdfOf({ dictionary: "/Filter /FlateDecode", body: deflateSync(Buffer.alloc(65 * MIB)) })), bomb);
  await guardPdf(pdfOf({ dictionary: "/Filter /FlateDecode", body: deflateSync(Buffer.alloc(60 * MIB)) }));
});

test("guardPdf refuses streams that together unpack to more than 512 MiB", async () => {
  const body = deflateSync(Buffer.alloc(60 * MIB));
  await assert.rejects(guardPdf(pdfOf(...Array.from({ length: 9 }, () => ({ dictionary: "/Filter/FlateDecode", body })))), bomb);
});

for (const filters of [
  "[/FlateDecode /FlateDecode]",
  "[ /Fl/FlateDecode ]",
  "[/ASCIIHexDecode /ASCIIHexDecode]",
  "[/Flate#44ecode /FlateDecode]",
]) {
  test(`guardPdf refuses the repeated filters ${filters}`, async () => {
    const body = deflateSync(deflateSync(Buffer.alloc(1000)));
    await assert.rejects(guardPdf(pdfOf({ dictionary: `/Filter ${filters}`, body })), bomb);
  });
}

test("guardPdf leaves damaged streams to the parser", async () => {
  await guardPdf(pdfOf({ dictionary: "/Filter /FlateDecode", body: Buffer.from("not deflate at all") }));
  await guardPdf(Buffer.from("%PDF-1.7 stream"));
});
