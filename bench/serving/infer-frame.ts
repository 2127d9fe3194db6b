import { encodeInferRequest } from "../../inference/wire/infer-request.ts";

/** A request of one row of so many FP32 values, as a whole gRPC frame. */
export function inferFrame(model: string, count: number): Buffer {
  const values = Float32Array.from({ length: count }, (_, index) => index / count);
  return encodeInferRequest({
    modelName: model,
    modelVersion: "",
    id: "",
    parameters: {},
    inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1, count], parameters: {}, contents: undefined }],
    outputs: [],
    rawInputContents: [new Uint8Array(values.buffer)],
  });
}
