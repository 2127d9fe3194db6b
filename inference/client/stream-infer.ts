import { once } from "node:events";
import type { ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import type { ModelInferRequest, ModelStreamInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable, abortError } from "../../runtime/signals.ts";
import { callFailure } from "./failure.ts";

type InferStream = ClientDuplexStream<ModelInferRequest, ModelStreamInferResponse>;

const ATTEMPTED = "inferring over a stream";

/**
 * Sends the requests while it yields the replies. Neither side runs ahead of the other by more than the stream's buffers. What
 * `requests` throws cancels the stream and is thrown here as a PayerHubError.
 */
export async function* streamInfer(
  open: () => InferStream,
  { requests, signal }: { readonly requests: AsyncIterable<ModelInferRequest>; readonly signal: AbortSignal },
): AsyncGenerator<ModelStreamInferResponse> {
  if (signal.aborted) throw abortError(signal, ATTEMPTED);
  const ended = new AbortController();
  const stream = open();
  const onAbort = () => stream.cancel();
  signal.addEventListener("abort", onAbort, { once: true });
  const sending: { failure?: PayerHubError } = {};
  const sent = sendAll(stream, requests, AbortSignal.any([signal, ended.signal])).catch((error: unknown) => {
    if (ended.signal.aborted) return;
    sending.failure = PayerHubError.from(error, { attempted: ATTEMPTED });
    stream.cancel();
  });
  try {
    yield* stream;
  } catch (error) {
    if (signal.aborted || sending.failure === undefined) throw isServiceError(error) ? callFailure(error, ATTEMPTED, signal) : error;
    throw sending.failure;
  } finally {
    signal.removeEventListener("abort", onAbort);
    ended.abort();
    stream.cancel();
    await sent;
  }
}

async function sendAll(stream: InferStream, requests: AsyncIterable<ModelInferRequest>, signal: AbortSignal): Promise<void> {
  const iterator = requests[Symbol.asyncIterator]();
  try {
    while (true) {
      // Requests that never come must not hold up a stream that has ended.
      const { done, value } = await abortable(iterator.next(), signal, ATTEMPTED);
      if (done === true) return void stream.end();
      if (!stream.write(value)) await once(stream, "drain", { signal });
    }
  } catch (error) {
    void iterator.return?.().catch(() => {});
    throw error;
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}
