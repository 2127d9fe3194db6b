import assert from "node:assert/strict";
import { test } from "node:test";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import sharp from "sharp";
import { DocumentType } from "../proto/document/v1/document.pb.ts";
import { loadCodeSets } from "./code-sets.ts";
import { type DocumentRequest, generateDocument } from "./generate.ts";
import { npiCheckDigit } from "./people.ts";
import { truthSchema } from "./truth.ts";

const codes = loadCodeSets();
const fine = { resolution: "fine", level: "mild", family: "fax" } as const;
const pdf = { resolution: "pdf", level: "clean", family: "fax" } as const;

function generate(request: Partial<DocumentRequest>) {
  return generateDocument({ seed: 11, type: DocumentType.DETERMINATION_LETTER, quality: fine, extent: "short", codes, ...request });
}

test("the same request gives the same bytes and truth, another seed others", async () => {
  const [one, two, other] = [await generate({}), await generate({}), await generate({ seed: 12 })];
  assert.deepEqual(one, two);
  assert.notDeepEqual(one.bytes, other.bytes);
});

test("truth follows its schema and counts the file's pages", async () => {
  const { bytes, truth, fileName } = await generate({ extent: "long" });
  assert.deepEqual(truthSchema.parse(structuredClone(truth)), truth);
  assert.equal((await sharp(bytes).metadata()).pages, truth.pages.length);
  assert.equal(truth.fileName, fileName);
});

test("each format is what its media type says", async () => {
  const scan = { resolution: "scan200", level: "clean", family: "scanner" } as const;
  const formats = { tiff: "image/tiff", "scan-pdf": "application/pdf", png: "image/png", jpeg: "image/jpeg" } as const;
  for (const [format, mediaType] of Object.entries(formats)) {
    const document = await generate({ type: DocumentType.PRESCRIPTION, quality: scan, format: format as keyof typeof formats });
    assert.equal(document.mediaType, mediaType);
    if (mediaType.startsWith("image/")) assert.equal(`image/${(await sharp(document.bytes).metadata()).format}`, mediaType);
    else assert.equal(Buffer.from(document.bytes.slice(0, 5)).toString(), "%PDF-");
  }
});

test("a scan PDF has no text, a drawn PDF has", async () => {
  const library = await PDFiumLibrary.init();
  const read = async (bytes: Uint8Array) => {
    const document = await library.loadDocument(bytes);
    const text = document.getPage(0).getText();
    document.destroy();
    return text;
  };
  const drawn = await generate({ quality: pdf });
  assert.ok((await read(drawn.bytes)).length > 200);
  const scan = await generate({ quality: { resolution: "scan200", level: "mild", family: "fax" }, format: "scan-pdf" });
  assert.equal(await read(scan.bytes), "");
  library.destroy();
});

test("the outcome is expected by construction", async () => {
  const outcome = async (request: Partial<DocumentRequest>) => (await generate(request)).truth.expected.outcome;
  assert.equal(await outcome({}), "auto");
  assert.equal(await outcome({ quality: pdf }), "auto");
  assert.equal(await outcome({ quality: { ...fine, level: "bad" } }), "review");
  assert.equal(await outcome({ quality: { ...fine, resolution: "standard" } }), "any");
  assert.equal(await outcome({ flaw: "missing-field" }), "review");
  assert.equal(await outcome({ type: DocumentType.OTHER, quality: pdf }), "review");
});

test("a forced decision brings what goes with it", async () => {
  for (const decision of ["approved", "denied", "pended", "modified", "partially_approved", "cancelled"]) {
    const { truth } = await generate({ decision, quality: pdf });
    assert.equal(truth.decision, decision);
    assert.ok(truth.fields.some((field) => field.name === "decision" && field.value === decision));
  }
});

test("flaws are on the page and in the truth", async () => {
  const values = async (name: string, request: Partial<DocumentRequest>) => {
    const { truth } = await generate({ quality: pdf, ...request });
    return new Set(truth.fields.filter((field) => field.name === name).map((field) => field.value));
  };
  assert.equal((await values("member.id", { flaw: "two-member-ids" })).size, 2);
  assert.equal((await values("decision", { flaw: "two-decisions" })).size, 2);
  const [npi = ""] = await values("provider.npi", { flaw: "npi-check-digit", type: DocumentType.PRESCRIPTION });
  assert.notEqual(npi.at(-1), npiCheckDigit(npi.slice(0, 9)));
});

test("a missing field is printed nowhere", async () => {
  for (const layout of ["letter", "form", "table"] as const) {
    const { truth } = await generate({ quality: pdf, flaw: "missing-field", layout });
    const left = /^(\S+) is left blank$/.exec(truth.expected.why)?.[1];
    assert.ok(left);
    assert.ok(
      truth.fields.every((field) => field.name !== left),
      `${left} in ${layout}`,
    );
  }
});

test("no file name and no truth file name carries a person's name", async () => {
  const { fileName, truth } = await generate({});
  const member = truth.fields.find((field) => field.name === "member.name")?.value ?? "";
  for (const part of member.split(" ")) assert.ok(!fileName.toLowerCase().includes(part.toLowerCase()));
});
