import type { ClientUnaryCall, ServiceError } from "@grpc/grpc-js";
import { abortError } from "../../runtime/signals.ts";
import { callFailure } from "./failure.ts";

type Answer<R> = (error: ServiceError | null, response: R) => void;

/**
 * The one bridge between AbortSignal, which grpc-js does not know, and a unary call: an abort cancels the call on the wire
 * and rejects with the signal's reason as a coded error.
 */
export async function unaryCall<R>(
  start: (answer: Answer<R>) => ClientUnaryCall,
  options: { readonly attempted: string; readonly signal: AbortSignal },
): Promise<R> {
  const { attempted, signal } = options;
  if (signal.aborted) throw abortError(signal, attempted);
  return await new Promise<R>((resolve, reject) => {
    const call = start((error, response) => {
      signal.removeEventListener("abort", onAbort);
      if (error === null) resolve(response);
      else reject(callFailure(error, attempted, signal));
    });
    const onAbort = () => call.cancel();
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
