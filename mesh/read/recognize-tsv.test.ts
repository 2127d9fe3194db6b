import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTesseractTsv } from "./recognize-tsv.ts";

const HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext";

test("parseTesseractTsv takes words with boxes, lines and blocks, in order", () => {
  const words = parseTesseractTsv(
    [
      HEADER,
      "4\t1\t1\t1\t1\t0\t5\t5\t90\t20\t-1\t",
      "5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t96.5\tMember",
      "5\t1\t1\t1\t1\t2\t45\t20\t15\t12\t40\tID",
      "5\t1\t2\t1\t1\t1\t10\t60\t30\t12\t95\t ",
      "5\t1\t3\t1\t1\t1\t10\t90\t30\t12\t-1\tx",
      "",
    ].join("\n"),
  );
  assert.deepEqual(words, [
    { text: "Member", x0: 10, y0: 20, x1: 40, y1: 32, confidence: 0.965, line: 0, block: 0 },
    { text: "ID", x0: 45, y0: 20, x1: 60, y1: 32, confidence: 0.4, line: 0, block: 0 },
    { text: "x", x0: 10, y0: 90, x1: 40, y1: 102, confidence: 0, line: 1, block: 1 },
  ]);
});

test("parseTesseractTsv gives nothing for empty and foreign text", () => {
  assert.deepEqual(parseTesseractTsv(""), []);
  assert.deepEqual(parseTesseractTsv("5\tshort"), []);
});
