import { PayerHubError } from "../../runtime/error.ts";

/** Runs work while the request bytes of all work in flight stay under a cap. */
export type ByteLimit = <T>(bytes: number, work: () => Promise<T>) => Promise<T>;

/**
 * Unary calls have no backpressure, so memory would grow with the callers. Rejects with RESOURCE_EXHAUSTED at once instead of
 * queueing: whoever calls knows better what can wait.
 */
export function createByteLimit(maxBytes: number): ByteLimit {
  let inFlight = 0;
  return async (bytes, work) => {
    if (inFlight + bytes > maxBytes) {
      throw new PayerHubError(
        "RESOURCE_EXHAUSTED",
        `sending ${bytes} bytes to the model server: ${inFlight} are in flight, at most ${maxBytes} may be`,
      );
    }
    inFlight += bytes;
    try {
      return await work();
    } finally {
      inFlight -= bytes;
    }
  };
}
