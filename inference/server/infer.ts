import type { InferParameter, ModelInferRequest } from "../../proto/inference/grpc_service.pb.ts";
import type { EncodableInferResponse } from "../wire/infer-response.ts";
import type { Models } from "./models.ts";

/** No parameters, once for all answers. */
const NONE: Readonly<Record<string, InferParameter>> = Object.freeze({});

/** Runs one request; the answer carries the request's id and raw outputs only. */
export async function infer(models: Models, request: ModelInferRequest, signal: AbortSignal): Promise<EncodableInferResponse> {
  const model = models.resolve(request.modelName, request.modelVersion);
  const outputs = await model.infer(request, signal);
  return {
    modelName: model.config.name,
    modelVersion: String(model.version),
    id: request.id,
    parameters: NONE,
    outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape, parameters: NONE, contents: undefined })),
    rawOutputContents: outputs.map(({ data }) => data),
  };
}
