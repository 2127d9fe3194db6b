import { AsyncLocalStorage } from "node:async_hooks";
import http from "node:http";
import https from "node:https";

/** A connection on which nothing moves for this long is given up. */
const IDLE_TIMEOUT_MS = 30_000;
/** Connections kept and opened at most to one S3 server by one process. */
const MAX_SOCKETS = 64;

/** What one call adds to the requests made inside it. */
interface CallScope {
  readonly signal: AbortSignal;
  /** Status of the last answer: the client keeps it to itself when it gives up on a 5xx. */
  status: number;
}

/** Carries an AbortSignal down to the sockets of an S3 client that knows none. */
export interface S3Transport {
  /** Node's request function with the signal of the surrounding `run`. */
  readonly transport: Pick<typeof http, "request">;
  readonly agent: http.Agent;
  /** Runs `work`; every request it makes ends when the signal aborts. `status` is 0 before the first answer. */
  run<T>(signal: AbortSignal, work: (scope: { readonly status: number }) => Promise<T>): Promise<T>;
}

export function createS3Transport(tls: boolean): S3Transport {
  const scopes = new AsyncLocalStorage<CallScope>();
  const limits = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agent = tls ? new https.Agent(limits) : new http.Agent(limits);
  const send = (options: https.RequestOptions, onResponse?: (response: http.IncomingMessage) => void): http.ClientRequest => {
    const scope = scopes.getStore();
    const bounded = { ...options, timeout: IDLE_TIMEOUT_MS, ...(scope === undefined ? {} : { signal: scope.signal }) };
    const request = tls ? https.request(bounded) : http.request(bounded);
    request.on("response", (response) => {
      if (scope !== undefined) scope.status = response.statusCode ?? 0;
      onResponse?.(response);
    });
    request.on("timeout", () => request.destroy(new DOMException(`nothing moved for ${IDLE_TIMEOUT_MS} ms`, "TimeoutError")));
    return request;
  };
  return {
    // The client calls this one form only; Node's other overloads take a URL first.
    transport: { request: send as typeof http.request },
    agent,
    run: async (signal, work) => {
      const scope: CallScope = { signal, status: 0 };
      return await scopes.run(scope, async () => await work(scope));
    },
  };
}
