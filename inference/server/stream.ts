import type { InferParameter, ModelInferRequest } from "../../proto/inference/grpc_service.pb.ts";
import { ModelStreamInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { messageOf } from "../wire/frame.ts";
import { decodeInferRequest } from "../wire/infer-request.ts";
import { encodeInferResponse } from "../wire/infer-response.ts";
import type { EncodableInferResponse } from "../wire/infer-response.ts";
import { framed } from "./grpc-frame.ts";
import type { GrpcPeer } from "./grpc-exchange.ts";
import { infer } from "./infer.ts";
import type { Models } from "./models.ts";

/** Requests of one stream that may run at once; further ones are read when one has been answered. */
const MAX_IN_FLIGHT = 64;
/** Every model here answers once, so every answer is the last. */
const FINAL: Readonly<Record<string, InferParameter>> = {
  triton_final_response: { parameterChoice: { $case: "boolParam", boolParam: true } },
};

/**
 * Answers a stream of requests, each when it is done; the reply carries the request's id. A failed request gets a reply with
 * `error_message` and the stream goes on.
 */
export function streamInfer(peer: GrpcPeer, models: Models): { message(message: Buffer): void; ended(): void } {
  let inFlight = 0;
  let ended = false;
  const finish = () => {
    inFlight -= 1;
    if (inFlight < MAX_IN_FLIGHT) peer.resume();
    if (ended && inFlight === 0) peer.end();
  };
  return {
    message: (message) => {
      inFlight += 1;
      if (inFlight >= MAX_IN_FLIGHT) peer.pause();
      void reply(peer, models, message).then(finish);
    },
    ended: () => {
      ended = true;
      if (inFlight === 0) peer.end();
    },
  };
}

async function reply(peer: GrpcPeer, models: Models, message: Buffer): Promise<void> {
  let request: ModelInferRequest | undefined;
  try {
    request = decodeInferRequest(message);
    peer.send([answered(await infer(models, request, peer.signal))]);
  } catch (caught) {
    if (peer.signal.aborted) return;
    const { message: errorMessage } = PayerHubError.from(caught, { attempted: "answering a request of a stream" });
    peer.send([framed(ModelStreamInferResponse.encode({ errorMessage, inferResponse: failedResponse(request?.id ?? "") }).finish())]);
  }
}

/** `infer_response` is field 2 of the reply; its bytes are those of the unary answer. */
function answered(response: EncodableInferResponse): Buffer {
  const body = messageOf(encodeInferResponse({ ...response, parameters: FINAL }));
  const head = [0x12];
  for (let rest = body.length; ; rest >>>= 7) {
    head.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return framed(Buffer.concat([Buffer.from(head), body]));
}

function failedResponse(id: string) {
  return { modelName: "", modelVersion: "", id, parameters: {}, outputs: [], rawOutputContents: [] };
}
