import { lookup } from "node:dns/promises";
import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import { createCanaryClient } from "./canary-client.ts";
import { inferenceClientSchema } from "./config.ts";
import type { InferenceClientConfig } from "./config.ts";
import { dnsEndpoints } from "./dns-endpoints.ts";
import { staticEndpoints } from "./endpoint-source.ts";
import type { EndpointSource } from "./endpoint-source.ts";
import { createPodSet } from "./pod-set.ts";
import { createShadowClient } from "./shadow-client.ts";
import type { ShadowComparison } from "./shadow-client.ts";
import { sliceEndpoints } from "./slice-endpoints.ts";
import { createTritonClient } from "./triton.ts";
import type { InferenceClient } from "./triton.ts";

export interface OpenInferenceOptions {
  readonly world: World;
  /** Told when endpoints cannot be found out, for the log. */
  readonly onFailure: (error: PayerHubError) => void;
  /** What the client does beyond asking; absent does nothing more. */
  readonly config?: InferenceClientConfig;
  /** Takes what each copy of a shadowed call showed; must not throw. */
  readonly onCompared?: (comparison: ShadowComparison) => void;
}

/**
 * A client for what an address says: `host:port` is one server, `host:port,host:port` a set of them, `dns:host:port` all
 * addresses of a name, `kubernetes:namespace/service:port` the ready pods of a service by the name of its port.
 * INVALID_ARGUMENT for any other.
 */
export function openInference(address: string, options: OpenInferenceOptions): InferenceClient & { close(): void } {
  const { world, config = inferenceClientSchema.parse({}) } = options;
  const { maxBytesPerPod, hedgeShare } = config;
  const open = (endpoint: string) => createTritonClient({ endpoint, maxInFlightBytes: maxBytesPerPod, world });
  const source = sourceOf(address, options);
  const servers = source === undefined ? open(address) : createPodSet({ source, open, world, maxBytesPerPod, hedgeShare });
  const { client, end } = copying(servers, config, options);
  return {
    ...createCanaryClient(client, config.canary),
    close: () => {
      end();
      servers.close();
    },
  };
}

function copying(servers: InferenceClient, { shadow }: InferenceClientConfig, { world, onCompared = () => {} }: OpenInferenceOptions) {
  if (shadow.length === 0) return { client: servers, end: () => {} };
  const models = Object.fromEntries(
    shadow.map(({ model, toModel, toVersion, share }) => [
      model,
      { model: toModel, share, ...(toVersion === undefined ? {} : { version: toVersion }) },
    ]),
  );
  const client = createShadowClient(servers, { on: servers, models, onCompared, world });
  return { client, end: () => client.close() };
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
