import { lookup } from "node:dns/promises";
import { PayerHubError } from "../../runtime/error.ts";
import type { Telemetry } from "../../runtime/telemetry.ts";
import { readTlsIdentity } from "../../runtime/tls-identity.ts";
import type { World } from "../../runtime/world.ts";
import { createCanaryClient } from "./canary-client.ts";
import { createClientMetrics } from "./client-metrics.ts";
import type { ClientMetrics } from "./client-metrics.ts";
import { inferenceClientSchema } from "./config.ts";
import type { InferenceClientConfig } from "./config.ts";
import { dnsEndpoints } from "./dns-endpoints.ts";
import { staticEndpoints } from "./endpoint-source.ts";
import type { EndpointSource } from "./endpoint-source.ts";
import type { ClientTls } from "./http2-connection.ts";
import { createMeasuredClient } from "./measured-client.ts";
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
  /** Counts and times the calls; absent does not. */
  readonly meter?: Telemetry["meter"];
  /** Takes what each copy of a shadowed call showed; must not throw. */
  readonly onCompared?: (comparison: ShadowComparison) => void;
}

/**
 * A client for what an address says: `host:port` is one server, `host:port,host:port` a set of them, `dns:host:port` all
 * addresses of a name, `kubernetes:namespace/service:port` the ready pods of a service by the name of its port; `tls:` before
 * any of them speaks TLS, and checks certificates for the host, the name, or `service.namespace.svc`. INVALID_ARGUMENT for any
 * other, and for TLS files that are not for TLS or cannot be read.
 */
export function openInference(address: string, options: OpenInferenceOptions): InferenceClient & { close(): void } {
  const { world, config = inferenceClientSchema.parse({}) } = options;
  const { maxBytesPerPod, hedgeShare } = config;
  const secure = address.startsWith("tls:");
  const servers = serversOf(secure ? address.slice("tls:".length) : address, options);
  const tls = secure ? { tls: tlsOf(config, servers.serverName) } : {};
  if (!secure && Object.keys(config.tls).length > 0) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the model servers' address "${address}": there are settings for TLS and it is plain, it must begin with "tls:"`,
    );
  }
  const open = (endpoint: string) => createTritonClient({ endpoint, maxInFlightBytes: maxBytesPerPod, world, ...tls });
  const metrics = options.meter === undefined ? undefined : createClientMetrics(options.meter);
  const { at } = servers;
  const asked = typeof at === "string" ? open(at) : createPodSet({ source: at, open, world, maxBytesPerPod, hedgeShare, metrics });
  const shadow = shadowOf(asked, config, { ...options, metrics });
  const routed = createCanaryClient(shadow ?? asked, config.canary);
  const unobserve = metrics?.observe({ pods: "pods" in asked ? asked.pods : undefined, shadow: shadow?.counts });
  return {
    ...(metrics === undefined ? routed : createMeasuredClient(routed, metrics, world)),
    close: () => {
      unobserve?.();
      shadow?.close();
      asked.close();
    },
  };
}

function tlsOf({ tls: { serverName, ...files } }: InferenceClientConfig, usual: string | undefined): ClientTls {
  const name = serverName ?? usual;
  return { ...readTlsIdentity(files), ...(name === undefined ? {} : { serverName: name }) };
}

type ShadowParts = OpenInferenceOptions & { readonly metrics: ClientMetrics | undefined };

function shadowOf(servers: InferenceClient, { shadow }: InferenceClientConfig, { world, metrics, onCompared }: ShadowParts) {
  if (shadow.length === 0) return undefined;
  const models = Object.fromEntries(
    shadow.map(({ model, toModel, toVersion, share }) => [
      model,
      { model: toModel, share, ...(toVersion === undefined ? {} : { version: toVersion }) },
    ]),
  );
  const tell = (comparison: ShadowComparison) => {
    metrics?.compared(comparison);
    onCompared?.(comparison);
  };
  return createShadowClient(servers, { on: servers, models, onCompared: tell, world });
}

interface Servers {
  /** One endpoint, or where many are found. */
  readonly at: string | EndpointSource;
  /** The name that certificates must have where endpoints are addresses. */
  readonly serverName?: string;
}

function serversOf(address: string, { world, onFailure }: OpenInferenceOptions): Servers {
  const service = /^kubernetes:([^/:,]+)\/([^/:,]+):([^/:,]+)$/.exec(address);
  if (service !== null) {
    const [, namespace = "", name = "", port = ""] = service;
    return { at: sliceEndpoints({ namespace, service: name, port, onFailure, world }), serverName: `${name}.${namespace}.svc` };
  }
  const [, named, host] = /^dns:(([^/:,]+):\d{1,5})$/.exec(address) ?? [];
  if (named !== undefined && host !== undefined)
    return { at: dnsEndpoints({ name: named, lookup: addressesOf, onFailure, world }), serverName: host };
  const endpoints = address.split(",").map((endpoint) => endpoint.trim());
  const wrong = endpoints.find((endpoint) => !/^(\[[0-9a-fA-F:]+\]|[^/:,\s]+):\d{1,5}$/.test(endpoint));
  if (wrong !== undefined) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the model servers' address "${address}": "${wrong}" has another form, it must be [tls:]host:port, [tls:]dns:host:port or [tls:]kubernetes:namespace/service:port`,
    );
  }
  const [first = ""] = endpoints;
  return { at: endpoints.length === 1 ? first : staticEndpoints(endpoints) };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
