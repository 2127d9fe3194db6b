import assert from "node:assert/strict";
import { test } from "node:test";
import { SNIFF_BYTES, sniff } from "./sniff.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

test("each signature is recognized from the first bytes alone", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["%PDF-1.7\n", "application/pdf"],
    ["II*\0\x08\0\0\0", "image/tiff"],
    ["MM\0*\0\0\0\x08", "image/tiff"],
    ["\x89PNG\r\n\x1a\n", "image/png"],
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["PK\x03\x04", "application/zip"],
    ["MZ\x90\0", "application/vnd.microsoft.portable-executable"],
    ["\x7fELF\x02", "application/x-elf"],
    ["#!/bin/sh\n", "text/x-shellscript"],
  ];
  for (const [head, type] of cases) {
    assert.equal(sniff(bytes(head)), type);
    assert.equal(sniff(bytes(head).subarray(0, SNIFF_BYTES)), type);
  }
});

test("a cut-off signature, text and nothing have no type", () => {
  for (const head of ["", "%PD", "II*", "\x89PNG\r\n", "\xff\xd8", "hello world", " %PDF-1.7"]) assert.equal(sniff(bytes(head)), "");
});
