import assert from "node:assert/strict";
import { before, test } from "node:test";
import { inflateSync } from "node:zlib";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import sharp from "sharp";
import { type HostileFile, hostileFiles } from "./hostile.ts";

let files = new Map<string, HostileFile>();

before(async () => {
  files = new Map((await hostileFiles(1)).map((file) => [file.name, file]));
});

function bytes(name: string): Buffer {
  const file = files.get(name);
  assert.ok(file, name);
  return Buffer.from(file.bytes);
}

test("the set is the same for the same seed", async () => {
  for (const file of await hostileFiles(1)) assert.ok(bytes(file.name).equals(Buffer.from(file.bytes)), file.name);
});

test("sixty thousand by sixty thousand pixels stand in about 8 kB", async () => {
  assert.ok(bytes("huge.tif").length < 9000);
  const { width, height } = await sharp(bytes("huge.tif"), { limitInputPixels: false }).metadata();
  assert.deepEqual([width, height], [60_000, 60_000]);
});

test("the bomb is small and its second layer is a Flate stream of 256 MiB", () => {
  const bomb = bytes("bomb.pdf");
  assert.ok(bomb.length < 3000);
  const start = bomb.indexOf("stream\n") + "stream\n".length;
  const inner = inflateSync(bomb.subarray(start, bomb.indexOf("\nendstream", start)));
  assert.ok(inner.length > 100_000);
  assert.throws(() => inflateSync(inner, { maxOutputLength: 255 * 1024 * 1024 }), { code: "ERR_BUFFER_TOO_LARGE" });
});

test("the encrypted PDF opens with its password only", async () => {
  const library = await PDFiumLibrary.init();
  await assert.rejects(library.loadDocument(bytes("encrypted.pdf")));
  const document = await library.loadDocument(bytes("encrypted.pdf"), "sealed");
  assert.match(document.getPage(0).getText(), /asks for a password/);
  document.destroy();
  library.destroy();
});

test("the long fax has three hundred pages", async () => {
  assert.equal((await sharp(bytes("long.tif")).metadata()).pages, 300);
});

test("duplicates repeat the good fax byte for byte, under other names", () => {
  assert.ok(bytes("good.tif").equals(bytes("duplicate.tif")));
  assert.ok(bytes("good.tif").equals(bytes("wrong-extension.pdf")));
  assert.deepEqual(files.get("duplicate.tif")?.expect, ["duplicate"]);
});

test("programs carry their magic numbers", () => {
  assert.equal(bytes("program.tif").subarray(1, 4).toString(), "ELF");
  assert.equal(bytes("program.pdf").subarray(0, 2).toString(), "MZ");
});

test("foreign pages have ink, the blank page has none", async () => {
  const darkest = async (name: string) => (await sharp(bytes(name)).stats()).channels[0]?.min;
  assert.equal(await darkest("foreign-language-es.tif"), 0);
  assert.equal(await darkest("foreign-language-ru.tif"), 0);
  assert.equal(await darkest("blank.tif"), 255);
});
