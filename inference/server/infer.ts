import type { InferParameter, ModelInferRequest, ModelInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import type { Models } from "./models.ts";

/** Runs one request; the answer carries the request's id and raw outputs only. */
export async function infer(models: Models, request: ModelInferRequest, signal: AbortSignal): Promise<ModelInferResponse> {
  const model = models.resolve(request.modelName, request.modelVersion);
  const outputs = await model.infer(request, signal);
  return {
    modelName: model.config.name,
    modelVersion: String(model.version),
    id: request.id,
    parameters: noParameters(),
    outputs: outputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map(BigInt),
      parameters: noParameters(),
      contents: undefined,
    })),
    rawOutputContents: outputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  };
}

function noParameters(): Record<string, InferParameter> {
  return {};
}
