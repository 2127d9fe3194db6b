import fc from "fast-check";
import type { InferParameter, InferTensorContents, ModelInferRequest, ModelInferResponse } from "../../proto/inference/grpc_service.pb.ts";

const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((value) => !value.includes("\uFEFF"));
const signed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const unsigned = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));

const parameter: fc.Arbitrary<InferParameter> = fc
  .option(
    fc.oneof(
      fc.boolean().map((boolParam) => ({ $case: "boolParam" as const, boolParam })),
      signed.map((int64Param) => ({ $case: "int64Param" as const, int64Param })),
      text.map((stringParam) => ({ $case: "stringParam" as const, stringParam })),
      fc.double().map((doubleParam) => ({ $case: "doubleParam" as const, doubleParam })),
      unsigned.map((uint64Param) => ({ $case: "uint64Param" as const, uint64Param })),
    ),
    { nil: undefined },
  )
  .map((parameterChoice) => ({ parameterChoice }));

// The generated decoder sets the prototype by this name; ours has a test of its own.
const parameterName = text.filter((name) => name !== "__proto__");
const parameters = fc.dictionary(parameterName, parameter, { maxKeys: 3, noNullPrototype: true });

const contents: fc.Arbitrary<InferTensorContents> = fc.record({
  boolContents: fc.array(fc.boolean()),
  intContents: fc.array(fc.integer()),
  int64Contents: fc.array(signed),
  uintContents: fc.array(fc.nat({ max: 0x7fff_ffff }).map((value) => value * 2 + 1)),
  uint64Contents: fc.array(unsigned),
  fp32Contents: fc.array(fc.float()),
  fp64Contents: fc.array(fc.double()),
  bytesContents: fc.array(bytes),
});

const tensor = fc.record({
  name: text,
  datatype: text,
  shape: fc.array(signed, { maxLength: 6 }),
  parameters,
  contents: fc.option(contents, { nil: undefined }),
});

/** Any request that the protocol can say. */
export const arbitraryRequest: fc.Arbitrary<ModelInferRequest> = fc.record({
  modelName: text,
  modelVersion: text,
  id: text,
  parameters,
  inputs: fc.array(tensor, { maxLength: 4 }),
  outputs: fc.array(fc.record({ name: text, parameters }), { maxLength: 4 }),
  rawInputContents: fc.array(bytes, { maxLength: 4 }),
});

/** Any response that the protocol can say. */
export const arbitraryResponse: fc.Arbitrary<ModelInferResponse> = fc.record({
  modelName: text,
  modelVersion: text,
  id: text,
  parameters,
  outputs: fc.array(tensor, { maxLength: 4 }),
  rawOutputContents: fc.array(bytes, { maxLength: 4 }),
});
