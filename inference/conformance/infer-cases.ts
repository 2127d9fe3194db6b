import { base64, call, caseOf, floats, infer, input } from "./case.ts";
import type { Case } from "./case.ts";

const PAIR = { a: base64(Int32Array.of(1, 2)), b: floats(1, 2, 3, 4) };
const A = { name: "A", datatype: "INT32", shape: ["1", "2"] };
const B = { name: "B", datatype: "FP32", shape: ["1", "2", "2"] };
const pair = (change: Readonly<Record<string, unknown>> = {}) =>
  infer({ modelName: "pair", inputs: [A, B], rawInputContents: [PAIR.a, PAIR.b], ...change });
const one = (change: Readonly<Record<string, unknown>>, raw: readonly string[] = [floats(1, 2)]) =>
  infer({ inputs: [input(change)], rawInputContents: raw });
const typed = (contents: Readonly<Record<string, unknown>>, change: Readonly<Record<string, unknown>> = {}) =>
  infer({ inputs: [input({ contents, ...change })], rawInputContents: [] });
const parameter = (name: string, value: Readonly<Record<string, unknown>>) => infer({ parameters: { [name]: value } });
const many = (shape: readonly string[], count: number) =>
  infer({ inputs: [input({ shape })], rawInputContents: [floats(...Array.from({ length: count }, (_, index) => index))] });

/** Requests of one input: names, versions, shapes, sizes, data in both forms. */
export const INFER_CASES: readonly Case[] = [
  caseOf("infer: raw bytes", infer()),
  caseOf("infer: id comes back", infer({ id: "request 7" })),
  caseOf("infer: version by number", infer({ modelVersion: "1" })),
  caseOf("infer: typed contents are answered raw", typed({ fp32Contents: [1, 2] })),
  caseOf("infer: eight rows, the most", many(["8", "1"], 8)),
  caseOf("infer: unknown model", infer({ modelName: "nobody" })),
  caseOf("infer: empty model name", infer({ modelName: "" })),
  caseOf("infer: unknown version", infer({ modelVersion: "9" })),
  caseOf("infer: version that is no number", infer({ modelVersion: "newest" })),
  caseOf("infer: version -1", infer({ modelVersion: "-1" })),
  caseOf("infer: version 0", infer({ modelVersion: "0" })),
  caseOf("infer: version with a fraction", infer({ modelVersion: "1.5" })),
  caseOf("infer: wrong datatype", one({ datatype: "INT32" })),
  caseOf("infer: unknown datatype", one({ datatype: "FLOAT" })),
  caseOf("infer: datatype in lower case", one({ datatype: "fp32" })),
  caseOf("infer: no datatype", one({ datatype: "" })),
  caseOf("infer: rank too low", one({ shape: ["2"] })),
  caseOf("infer: rank too high", one({ shape: ["1", "1", "2"] })),
  caseOf("infer: no shape", one({ shape: [] })),
  caseOf("infer: negative batch", one({ shape: ["-1", "2"] })),
  caseOf("infer: negative dimension", one({ shape: ["1", "-2"] })),
  caseOf("infer: more rows than the model takes", many(["9", "1"], 9)),
  caseOf("infer: batch 0 with data", one({ shape: ["0", "2"] })),
  caseOf("infer: batch 0 without data", one({ shape: ["0", "2"] }, [""])),
  caseOf("infer: dimension 0", one({ shape: ["1", "0"] }, [""])),
  caseOf("infer: dimension 0 with data", one({ shape: ["1", "0"] })),
  caseOf("infer: dimensions whose product overflows", one({ shape: ["1", "9223372036854775807"] })),
  caseOf(
    "infer: fixed dimensions fit",
    infer({ modelName: "plain", inputs: [input({ shape: ["2", "3"] })], rawInputContents: [floats(1, 2, 3, 4, 5, 6)] }),
  ),
  caseOf(
    "infer: fixed dimension differs",
    infer({ modelName: "plain", inputs: [input({ shape: ["3", "2"] })], rawInputContents: [floats(1, 2, 3, 4, 5, 6)] }),
  ),
  caseOf(
    "infer: batch dimension to a model without",
    infer({ modelName: "plain", inputs: [input({ shape: ["1", "2", "3"] })], rawInputContents: [floats(1, 2, 3, 4, 5, 6)] }),
  ),
  caseOf("infer: no input", infer({ inputs: [], rawInputContents: [] })),
  caseOf("infer: unknown input", one({ name: "PIXELS" })),
  caseOf("infer: an input twice", infer({ inputs: [input(), input()], rawInputContents: [floats(1, 2), floats(1, 2)] })),
  caseOf(
    "infer: an input too many",
    infer({ inputs: [input(), input({ name: "INPUT1" })], rawInputContents: [floats(1, 2), floats(1, 2)] }),
  ),
  caseOf("infer: output by name", infer({ outputs: [{ name: "OUTPUT0" }] })),
  caseOf("infer: unknown output", infer({ outputs: [{ name: "OUTPUT9" }] })),
  caseOf("infer: an output twice", infer({ outputs: [{ name: "OUTPUT0" }, { name: "OUTPUT0" }] })),
  caseOf("infer: raw bytes too few", one({}, [floats(1)])),
  caseOf("infer: raw bytes too many", one({}, [floats(1, 2, 3)])),
  caseOf("infer: raw bytes that end inside an element", one({}, [Buffer.alloc(7).toString("base64")])),
  caseOf("infer: no data", infer({ rawInputContents: [] })),
  caseOf("infer: empty raw buffer", one({}, [""])),
  caseOf("infer: two raw buffers for one input", one({}, [floats(1, 2), floats(3, 4)])),
  caseOf("infer: raw bytes beside contents", infer({ inputs: [input({ contents: { fp32Contents: [1, 2] } })] })),
  caseOf("infer: contents of another type", typed({ fp64Contents: [1, 2] })),
  caseOf("infer: contents of two types", typed({ fp32Contents: [1, 2], intContents: [1, 2] })),
  caseOf("infer: contents too few", typed({ fp32Contents: [1] })),
  caseOf("infer: contents too many", typed({ fp32Contents: [1, 2, 3] })),
  caseOf("infer: empty contents", typed({})),
  caseOf(
    "infer: NaN and infinities pass",
    one({ shape: ["1", "4"] }, [floats(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0)]),
  ),
  caseOf("infer: two inputs", pair()),
  caseOf("infer: two inputs in the other order", pair({ inputs: [B, A], rawInputContents: [PAIR.b, PAIR.a] })),
  caseOf("infer: one of two outputs", pair({ outputs: [{ name: "Y" }] })),
  caseOf("infer: outputs in the other order", pair({ outputs: [{ name: "Y" }, { name: "X" }] })),
  caseOf("infer: one of two inputs missing", pair({ inputs: [A], rawInputContents: [PAIR.a] })),
  caseOf("infer: one raw buffer for two inputs", pair({ rawInputContents: [PAIR.a] })),
  caseOf(
    "infer: one input raw, one typed",
    pair({ inputs: [A, { ...B, contents: { fp32Contents: [1, 2, 3, 4] } }], rawInputContents: [PAIR.a] }),
  ),
  caseOf(
    "infer: inputs of different batch",
    pair({ inputs: [{ ...A, shape: ["2", "2"] }, B], rawInputContents: [base64(Int32Array.of(1, 2, 3, 4)), PAIR.b] }),
  ),
  caseOf("infer: fixed dimension differs behind the batch", pair({ inputs: [{ ...A, shape: ["1", "3"] }, B] })),
  caseOf("infer: a message that is no protobuf", call("ModelInfer", {}, { wire: Buffer.from([0xff, 0xff, 0xff]).toString("base64") })),
  caseOf("infer: an empty message", call("ModelInfer", {}, { wire: "" })),
];

/** Request parameters: those of the protocol, those of one's own, and those that are reserved. */
export const PARAMETER_CASES: readonly Case[] = [
  caseOf("parameters: one of one's own", parameter("color", { stringParam: "red" })),
  caseOf("parameters: one of one's own, a double", parameter("color", { doubleParam: 1.5 })),
  caseOf("parameters: one of one's own, unsigned", parameter("color", { uint64Param: "7" })),
  caseOf("parameters: one without a value", parameter("color", {})),
  caseOf("parameters: sequence id on a stateless model", parameter("sequence_id", { int64Param: "7" })),
  caseOf("parameters: sequence id as text", parameter("sequence_id", { stringParam: "seven" })),
  caseOf("parameters: sequence id as double", parameter("sequence_id", { doubleParam: 7 })),
  caseOf("parameters: sequence id as unsigned", parameter("sequence_id", { uint64Param: "7" })),
  caseOf("parameters: sequence start as text", parameter("sequence_start", { stringParam: "yes" })),
  caseOf("parameters: sequence end", parameter("sequence_end", { boolParam: true })),
  caseOf("parameters: priority", parameter("priority", { int64Param: "1" })),
  caseOf("parameters: priority as unsigned", parameter("priority", { uint64Param: "1" })),
  caseOf("parameters: priority below zero", parameter("priority", { int64Param: "-1" })),
  caseOf("parameters: priority as text", parameter("priority", { stringParam: "1" })),
  caseOf("parameters: timeout", parameter("timeout", { int64Param: "5000000" })),
  caseOf("parameters: timeout as unsigned", parameter("timeout", { uint64Param: "5000000" })),
  caseOf("parameters: timeout as text", parameter("timeout", { stringParam: "1" })),
  caseOf("parameters: timeout below zero", parameter("timeout", { int64Param: "-1" })),
  caseOf("parameters: unknown reserved one", parameter("triton_color", { boolParam: true })),
  caseOf("parameters: empty final response", parameter("triton_enable_empty_final_response", { boolParam: true })),
  caseOf("parameters: empty final response as text", parameter("triton_enable_empty_final_response", { stringParam: "yes" })),
  caseOf("parameters: headers", parameter("headers", { stringParam: "x" })),
  caseOf("parameters: binary data output", parameter("binary_data_output", { boolParam: true })),
  caseOf("parameters: of an input, of one's own", infer({ inputs: [input({ parameters: { color: { stringParam: "red" } } })] })),
  caseOf(
    "parameters: of an output, of one's own",
    infer({ outputs: [{ name: "OUTPUT0", parameters: { color: { stringParam: "red" } } }] }),
  ),
  caseOf(
    "parameters: input in shared memory that nobody registered",
    infer({
      inputs: [input({ parameters: { shared_memory_region: { stringParam: "nobody" }, shared_memory_byte_size: { int64Param: "8" } } })],
      rawInputContents: [],
    }),
  ),
  caseOf(
    "parameters: output to shared memory that nobody registered",
    infer({
      outputs: [
        { name: "OUTPUT0", parameters: { shared_memory_region: { stringParam: "nobody" }, shared_memory_byte_size: { int64Param: "8" } } },
      ],
    }),
  ),
  caseOf(
    "parameters: shared memory without a size",
    infer({ inputs: [input({ parameters: { shared_memory_region: { stringParam: "nobody" } } })], rawInputContents: [] }),
  ),
];
