import { base64, caseOf, elements, floats, infer } from "./case.ts";
import type { Case } from "./case.ts";

const typeCase = (name: string, datatype: string, raw: string, count = 2) =>
  caseOf(
    `types: ${name}`,
    infer({
      modelName: "types",
      inputs: [{ name: `IN_${datatype === "BYTES" ? "STRING" : datatype}`, datatype, shape: [String(count)] }],
      outputs: [{ name: `OUT_${datatype === "BYTES" ? "STRING" : datatype}` }],
      rawInputContents: [raw],
    }),
  );
const contentsCase = (name: string, datatype: string, contents: Readonly<Record<string, readonly unknown[]>>) =>
  caseOf(
    `contents: ${name}`,
    infer({
      modelName: "types",
      inputs: [{ name: `IN_${datatype === "BYTES" ? "STRING" : datatype}`, datatype, shape: ["2"], contents }],
      outputs: [{ name: `OUT_${datatype === "BYTES" ? "STRING" : datatype}` }],
      rawInputContents: [],
    }),
  );
const bytes = (shape: readonly string[], raw: string) =>
  infer({ modelName: "bytes", inputs: [{ name: "INPUT0", datatype: "BYTES", shape }], rawInputContents: [raw] });

/** Every datatype raw and typed; numbers at the ends of their ranges. */
export const TYPE_CASES: readonly Case[] = [
  typeCase("BOOL", "BOOL", base64(Uint8Array.of(1, 0))),
  typeCase("UINT8", "UINT8", base64(Uint8Array.of(0, 255))),
  typeCase("UINT16", "UINT16", base64(Uint16Array.of(0, 65_535))),
  typeCase("UINT32", "UINT32", base64(Uint32Array.of(0, 4_294_967_295))),
  typeCase("UINT64", "UINT64", base64(BigUint64Array.of(0n, 2n ** 64n - 1n))),
  typeCase("INT8", "INT8", base64(Int8Array.of(-128, 127))),
  typeCase("INT16", "INT16", base64(Int16Array.of(-32_768, 32_767))),
  typeCase("INT32", "INT32", base64(Int32Array.of(-(2 ** 31), 2 ** 31 - 1))),
  typeCase("INT64", "INT64", base64(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n))),
  typeCase("FP16", "FP16", base64(Uint16Array.of(0x3c_00, 0x7c_00))),
  typeCase("BF16", "BF16", base64(Uint16Array.of(0x3f_80, 0x40_49))),
  typeCase("FP32", "FP32", floats(1.5, -2.5)),
  typeCase("FP64", "FP64", base64(Float64Array.of(1.5, Number.MAX_VALUE))),
  typeCase("BYTES", "BYTES", elements("one", "two")),
  typeCase("FP16 with the bytes of FP32", "FP16", floats(1, 2)),
  contentsCase("BOOL", "BOOL", { boolContents: [true, false] }),
  contentsCase("INT8", "INT8", { intContents: [-128, 127] }),
  contentsCase("INT8 beyond its range", "INT8", { intContents: [300, -300] }),
  contentsCase("INT16", "INT16", { intContents: [-32_768, 32_767] }),
  contentsCase("INT32", "INT32", { intContents: [-1, 1] }),
  contentsCase("INT64", "INT64", { int64Contents: ["-9223372036854775808", "9223372036854775807"] }),
  contentsCase("UINT8", "UINT8", { uintContents: [0, 255] }),
  contentsCase("UINT16", "UINT16", { uintContents: [0, 65_535] }),
  contentsCase("UINT32", "UINT32", { uintContents: [0, 4_294_967_295] }),
  contentsCase("UINT64", "UINT64", { uint64Contents: ["0", "18446744073709551615"] }),
  contentsCase("FP64", "FP64", { fp64Contents: [0.1, -0.1] }),
  contentsCase("BYTES", "BYTES", { bytesContents: [Buffer.from("one").toString("base64"), ""] }),
  contentsCase("FP16 as FP32", "FP16", { fp32Contents: [1, 2] }),
  contentsCase("BF16 as FP32", "BF16", { fp32Contents: [1, 2] }),
  contentsCase("INT64 as INT32", "INT64", { intContents: [1, 2] }),
];

/** BYTES: elements carry their own length, so the data and the shape can disagree in more ways. */
export const BYTES_CASES: readonly Case[] = [
  caseOf("bytes: two elements", bytes(["1", "2"], elements("one", "two"))),
  caseOf("bytes: two rows", bytes(["2", "1"], elements("one", "two"))),
  caseOf("bytes: empty elements", bytes(["1", "2"], elements("", ""))),
  caseOf("bytes: no UTF-8", bytes(["1", "1"], elements(Uint8Array.of(0xff, 0x00, 0xfe)))),
  caseOf("bytes: letters beyond ASCII", bytes(["1", "1"], elements("Müller 東"))),
  caseOf("bytes: an element of 3,000 bytes", bytes(["1", "1"], elements("x".repeat(3_000)))),
  caseOf("bytes: dimension 0", bytes(["1", "0"], "")),
  caseOf("bytes: too few elements", bytes(["1", "2"], elements("one"))),
  caseOf("bytes: too many elements", bytes(["1", "1"], elements("one", "two"))),
  caseOf("bytes: length word cut off", bytes(["1", "1"], Buffer.from([1, 0]).toString("base64"))),
  caseOf("bytes: second length word cut off", bytes(["1", "2"], Buffer.from([1, 0, 0, 0, 65, 1, 0]).toString("base64"))),
  caseOf("bytes: length beyond the data", bytes(["1", "1"], Buffer.from([9, 0, 0, 0, 65]).toString("base64"))),
  caseOf("bytes: second length beyond the data", bytes(["1", "2"], Buffer.from([1, 0, 0, 0, 65, 9, 0, 0, 0, 66]).toString("base64"))),
  caseOf("bytes: length of four gigabytes", bytes(["1", "1"], Buffer.from([255, 255, 255, 255, 65]).toString("base64"))),
  caseOf("bytes: empty data for one element", bytes(["1", "1"], "")),
];

const wanted = (count: Readonly<Record<string, unknown>>, shape: readonly string[], ...values: readonly number[]) =>
  infer({
    modelName: "labels",
    inputs: [{ name: "INPUT0", datatype: "FP32", shape }],
    outputs: [{ name: "OUTPUT0", parameters: { classification: count } }],
    rawInputContents: [floats(...values)],
  });

/** Classification: the largest values as text with index and label. */
export const CLASSIFICATION_CASES: readonly Case[] = [
  caseOf("classification: the first", wanted({ int64Param: "1" }, ["1", "4"], 0.25, 0.5, -1, 0.125)),
  caseOf("classification: the first two", wanted({ int64Param: "2" }, ["1", "4"], 0.25, 0.5, -1, 0.125)),
  caseOf("classification: all, one without a label", wanted({ int64Param: "4" }, ["1", "4"], 0.25, 0.5, -1, 1_234_567.5)),
  caseOf("classification: more than there are", wanted({ int64Param: "9" }, ["1", "4"], 4, 3, 2, 1)),
  caseOf("classification: equal values", wanted({ int64Param: "3" }, ["1", "4"], 1, 1, 0, 1)),
  caseOf("classification: two rows", wanted({ int64Param: "1" }, ["2", "4"], 1, 2, 3, 4, 4, 3, 2, 1)),
  caseOf("classification: zero", wanted({ int64Param: "0" }, ["1", "4"], 1, 2, 3, 4)),
  caseOf("classification: below zero", wanted({ int64Param: "-1" }, ["1", "4"], 1, 2, 3, 4)),
  caseOf("classification: as text", wanted({ stringParam: "1" }, ["1", "4"], 1, 2, 3, 4)),
  caseOf("classification: as unsigned", wanted({ uint64Param: "1" }, ["1", "4"], 1, 2, 3, 4)),
  caseOf(
    "classification: without labels and batch",
    infer({
      modelName: "plain",
      inputs: [{ name: "INPUT0", datatype: "FP32", shape: ["2", "3"] }],
      outputs: [{ name: "OUTPUT0", parameters: { classification: { int64Param: "2" } } }],
      rawInputContents: [floats(1, 2, 3, 6, 5, 4)],
    }),
  ),
  caseOf(
    "classification: of integers",
    infer({
      modelName: "types",
      inputs: [{ name: "IN_INT32", datatype: "INT32", shape: ["3"] }],
      outputs: [{ name: "OUT_INT32", parameters: { classification: { int64Param: "2" } } }],
      rawInputContents: [base64(Int32Array.of(-5, 70, 7))],
    }),
  ),
  caseOf(
    "classification: of FP64",
    infer({
      modelName: "types",
      inputs: [{ name: "IN_FP64", datatype: "FP64", shape: ["2"] }],
      outputs: [{ name: "OUT_FP64", parameters: { classification: { int64Param: "2" } } }],
      rawInputContents: [base64(Float64Array.of(0.1, 2.5))],
    }),
  ),
];
