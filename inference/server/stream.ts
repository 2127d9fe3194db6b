import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { ModelInferRequest, ModelStreamInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { infer } from "./infer.ts";
import type { Models } from "./models.ts";

/** Requests of one stream that may run at once; further ones are read when one has been answered. */
const MAX_IN_FLIGHT = 64;

/**
 * Answers a stream of requests, each when it is done; the reply carries the request's id. A failed request gets a reply with
 * `error_message` and the stream goes on.
 */
export function streamInfer(
  call: ServerDuplexStream<ModelInferRequest, ModelStreamInferResponse>,
  options: { readonly models: Models; readonly signal: AbortSignal },
): void {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, options.signal]);
  let inFlight = 0;
  let ended = false;
  call.on("cancelled", () => gone.abort(new PayerHubError("CANCELLED", "answering a stream: its client went away")));
  call.on("error", () => gone.abort(new PayerHubError("CANCELLED", "answering a stream: it broke")));
  call.on("end", () => {
    ended = true;
    if (inFlight === 0) call.end();
  });
  call.on("data", (request: ModelInferRequest) => {
    inFlight += 1;
    if (inFlight >= MAX_IN_FLIGHT) call.pause();
    void reply(options.models, request, signal).then((response) => {
      inFlight -= 1;
      if (!signal.aborted) call.write(response);
      if (inFlight < MAX_IN_FLIGHT && call.isPaused()) call.resume();
      if (ended && inFlight === 0) call.end();
    });
  });
}

async function reply(models: Models, request: ModelInferRequest, signal: AbortSignal): Promise<ModelStreamInferResponse> {
  try {
    return { errorMessage: "", inferResponse: await infer(models, request, signal) };
  } catch (caught) {
    return { errorMessage: PayerHubError.from(caught, { attempted: "answering a request of a stream" }).message, inferResponse: undefined };
  }
}
