import { lookup } from "node:dns/promises";
import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import { dnsEndpoints } from "./dns-endpoints.ts";
import { staticEndpoints } from "./endpoint-source.ts";
import type { EndpointSource } from "./endpoint-source.ts";
import { createPodSet } from "./pod-set.ts";
import { sliceEndpoints } from "./slice-endpoints.ts";
import { createTritonClient } from "./triton.ts";
import type { InferenceClient } from "./triton.ts";

export interface OpenInferenceOptions {
  readonly world: World;
  /** Told when endpoints cannot be found out, for the log. */
  readonly onFailure: (error: PayerHubError) => void;
}

/**
 * A client for what an address says: `host:port` is one server, `host:port,host:port` a set of them, `dns:host:port` all
 * addresses of a name, `kubernetes:namespace/service:port` the ready pods of a service by the name of its port.
 * INVALID_ARGUMENT for any other.
 */
export function openInference(address: string, options: OpenInferenceOptions): InferenceClient & { close(): void } {
  const { world } = options;
  const open = (endpoint: string) => createTritonClient({ endpoint, world });
  const source = sourceOf(address, options);
  return source === undefined ? open(address) : createPodSet({ source, open, world });
}

function sourceOf(address: string, { world, onFailure }: OpenInferenceOptions): EndpointSource | undefined {
  const service = /^kubernetes:([^/:,]+)\/([^/:,]+):([^/:,]+)$/.exec(address);
  if (service !== null) {
    const [, namespace = "", name = "", port = ""] = service;
    return sliceEndpoints({ namespace, service: name, port, onFailure, world });
  }
  const named = /^dns:([^/:,]+:\d{1,5})$/.exec(address)?.[1];
  if (named !== undefined) return dnsEndpoints({ name: named, lookup: addressesOf, onFailure, world });
  const endpoints = address.split(",").map((endpoint) => endpoint.trim());
  const wrong = endpoints.find((endpoint) => !/^(\[[0-9a-fA-F:]+\]|[^/:,\s]+):\d{1,5}$/.test(endpoint));
  if (wrong !== undefined) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the model servers' address "${address}": "${wrong}" has another form, it must be host:port, dns:host:port or kubernetes:namespace/service:port`,
    );
  }
  return endpoints.length === 1 ? undefined : staticEndpoints(endpoints);
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
