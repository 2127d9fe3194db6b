import assert from "node:assert/strict";
import { test } from "node:test";
import { PayerHubError } from "../../runtime/error.ts";
import { sniffDocument } from "./sniff.ts";

const bytes = (...values: number[]) => new Uint8Array([...values, 0, 0, 0, 0]);

test("sniffDocument knows each accepted kind by its first bytes", () => {
  assert.equal(sniffDocument(bytes(0x49, 0x49, 0x2a, 0)), "tiff");
  assert.equal(sniffDocument(bytes(0x4d, 0x4d, 0, 0x2a)), "tiff");
  assert.equal(sniffDocument(bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)), "png");
  assert.equal(sniffDocument(bytes(0xff, 0xd8, 0xff, 0xe0)), "jpeg");
  assert.equal(sniffDocument(Buffer.from("%PDF-1.7\n")), "pdf");
  assert.equal(sniffDocument(Buffer.from(`${"junk\n".repeat(100)}%PDF-1.7\n`)), "pdf");
});

for (const [what, content] of [
  ["an empty file", new Uint8Array()],
  ["an ELF executable", bytes(0x7f, 0x45, 0x4c, 0x46)],
  ["a Windows executable", Buffer.from("MZ\x90\0")],
  ["an executable with a PDF header behind it", Buffer.from("MZ\x90\0%PDF-1.7")],
  ["a script", Buffer.from("#!/bin/sh\n")],
  ["a zip archive", Buffer.from("PK\x03\x04")],
  ["plain text", Buffer.from("Dear member, ...")],
  ["a big TIFF, which no fax is", bytes(0x49, 0x49, 0x2b, 0)],
] as const) {
  test(`sniffDocument refuses ${what} with INVALID_ARGUMENT`, () => {
    assert.throws(
      () => sniffDocument(content),
      (error) => error instanceof PayerHubError && error.code === "INVALID_ARGUMENT",
    );
  });
}
