import type { World } from "../../runtime/world.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable } from "../../runtime/signals.ts";
import type { EndpointSource } from "./endpoint-source.ts";

/** Pause between two look-ups, in milliseconds: a new pod is seen within it, and a name server can bear it. */
const DEFAULT_INTERVAL_MS = 5_000;
/** Longest that a look-up may take, in milliseconds. */
const LOOKUP_DEADLINE_MS = 2_000;
/** First pause after a failed look-up, in milliseconds; it doubles up to the interval. */
const FIRST_RETRY_MS = 100;

export interface DnsEndpointsOptions {
  /** `host:port`; each address of the host is a pod, as a headless service gives them. */
  readonly name: string;
  readonly intervalMs?: number;
  /** Addresses of a host, for example `async (host) => (await lookup(host, { all: true })).map(({ address }) => address)`. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
  /** Told of each failed look-up, for the log. */
  readonly onFailure?: (error: PayerHubError) => void;
  readonly world: World;
}

/** Looks a name up again and again. A failed look-up changes nothing. */
export function dnsEndpoints(options: DnsEndpointsOptions): EndpointSource {
  const { world, lookup, intervalMs = DEFAULT_INTERVAL_MS } = options;
  const [host, port] = hostAndPort(options.name);
  const attempted = `looking up the model servers "${options.name}"`;
  const look = async (signal: AbortSignal): Promise<readonly string[] | undefined> => {
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(LOOKUP_DEADLINE_MS)]);
      return await abortable(lookup(host), within, attempted);
    } catch (error) {
      if (!signal.aborted) options.onFailure?.(PayerHubError.from(error, { code: "UNAVAILABLE", attempted }));
      return undefined;
    }
  };
  return {
    watch: async function* (signal) {
      let [last, failures] = ["", 0];
      while (!signal.aborted) {
        const addresses = await look(signal);
        failures = addresses === undefined ? failures + 1 : 0;
        const endpoints = (addresses ?? []).map((address) => endpointOf(address, port)).toSorted();
        if (addresses !== undefined && endpoints.join() !== last) {
          last = endpoints.join();
          yield endpoints;
        }
        const pauseMs = failures === 0 ? intervalMs : Math.min(intervalMs, FIRST_RETRY_MS * 2 ** (failures - 1));
        await world.sleep(pauseMs, signal).catch(() => undefined);
      }
    },
  };
}

function hostAndPort(name: string): readonly [string, string] {
  const match = /^(.+):(\d{1,5})$/.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new PayerHubError("INVALID_ARGUMENT", `looking up the model servers "${name}": it has no port, it must be host:port`);
  }
  return [match[1], match[2]];
}

function endpointOf(address: string, port: string): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
