import type { DiscoveryV1Api, Watch } from "@kubernetes/client-node";
import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import { abortable, withDeadline } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import type { EndpointSource } from "./endpoint-source.ts";

/** Longest that a list may take, in milliseconds. */
const LIST_DEADLINE_MS = 5_000;
/** First pause before the API server is asked again, in milliseconds; it doubles up to the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** The label by which slices belong to a service. */
const SERVICE_LABEL = "kubernetes.io/service-name";

export interface SliceEndpointsOptions {
  readonly namespace: string;
  readonly service: string;
  /** Name of the service's gRPC port. */
  readonly port: string;
  /** A kubeconfig's YAML; absent takes the pod's service account, or the user's own file. */
  readonly kubeConfig?: string;
  /** Told of each failure to ask the API server, for the log. */
  readonly onFailure?: (error: PayerHubError) => void;
  readonly world: World;
}

const sliceSchema = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string().optional() }),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        conditions: z.object({ ready: z.boolean().nullish(), terminating: z.boolean().nullish() }).nullish(),
      }),
    )
    .nullish(),
  ports: z.array(z.object({ name: z.string().nullish(), port: z.number().nullish() })).nullish(),
});

type Slice = z.infer<typeof sliceSchema>;

const bookmarkSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const listSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }), items: z.array(sliceSchema) });

/**
 * The ready pods of a Kubernetes service, from its EndpointSlices: a change arrives with the watch, within milliseconds. Needs
 * the right to list and watch `endpointslices` in the namespace. While the API server is away the last set stays.
 */
export function sliceEndpoints(options: SliceEndpointsOptions): EndpointSource {
  return {
    watch: async function* (signal) {
      const kubernetes = await connect(options);
      const slices = new Map<string, Slice>();
      let listed = false;
      let changed = Promise.withResolvers<void>();
      const onChange = () => {
        listed = true;
        changed.resolve();
        changed = Promise.withResolvers<void>();
      };
      void follow({ ...kubernetes, ...options, slices, onChange, signal });
      for (let last = ""; !signal.aborted; ) {
        const next = changed.promise;
        const endpoints = endpointsOf([...slices.values()], options.port);
        if (listed && endpoints.join() !== last) {
          last = endpoints.join();
          yield endpoints;
        }
        await abortable(next, signal, "watching pods").catch(() => undefined);
      }
    },
  };
}

interface Kubernetes {
  readonly api: DiscoveryV1Api;
  readonly watch: Watch;
}

async function connect({ kubeConfig }: SliceEndpointsOptions): Promise<Kubernetes> {
  // Loaded here, because it takes half a second and only clusters need it.
  const { DiscoveryV1Api: Api, KubeConfig, Watch: Watcher } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeConfig === undefined) config.loadFromDefault();
  else config.loadFromString(kubeConfig);
  return { api: config.makeApiClient(Api), watch: new Watcher(config) };
}

interface Following extends Kubernetes, SliceEndpointsOptions {
  readonly slices: Map<string, Slice>;
  readonly onChange: () => void;
  readonly signal: AbortSignal;
}

/** Lists, then watches from there; lists anew when the watch cannot go on. */
async function follow(following: Following): Promise<void> {
  const { signal, world } = following;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      let version = await list(following);
      for (failures = 0; !signal.aborted; ) {
        version = await watchFrom(following, version);
        // A server that ends every watch at once must not be asked without a pause.
        await world.sleep(FIRST_PAUSE_MS, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      following.onFailure?.(
        PayerHubError.from(error, { code: "UNAVAILABLE", attempted: `watching the pods of service "${following.service}"` }),
      );
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + world.random() / 2);
      await world.sleep(pauseMs, signal).catch(() => undefined);
    }
  }
}

async function list({ api, namespace, service, slices, onChange, signal }: Following): Promise<string> {
  const asked = api.listNamespacedEndpointSlice({ namespace, labelSelector: `${SERVICE_LABEL}=${service}` });
  const attempted = `listing the pods of service "${service}"`;
  const found = listSchema.parse(await abortable(asked, withDeadline(signal, LIST_DEADLINE_MS), attempted));
  slices.clear();
  for (const slice of found.items) slices.set(slice.metadata.name, slice);
  onChange();
  return found.metadata.resourceVersion;
}

/** Resolves with the version to go on from when the server ends the watch; rejects when a new list is needed. */
async function watchFrom(following: Following, from: string): Promise<string> {
  const { namespace, service, watch, signal } = following;
  const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`;
  const query = { labelSelector: `${SERVICE_LABEL}=${service}`, resourceVersion: from, allowWatchBookmarks: true };
  let version = from;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const onEvent = (phase: string, object: unknown) => {
    try {
      version = take(following, phase, object) ?? version;
    } catch (error) {
      reject(error);
    }
  };
  const onEnd = (error: unknown) => (error === null || isQuiet(error) ? resolve() : reject(error));
  const controller = await watch.watch(path, query, onEvent, onEnd);
  try {
    await abortable(ended, signal, `watching the pods of service "${service}"`);
    return version;
  } finally {
    controller.abort();
  }
}

function take({ slices, onChange }: Following, phase: string, object: unknown): string | undefined {
  if (phase === "BOOKMARK") return bookmarkSchema.parse(object).metadata.resourceVersion;
  if (phase !== "ADDED" && phase !== "MODIFIED" && phase !== "DELETED") {
    throw new PayerHubError("ABORTED", `watching pods: the server sent "${phase}", the list must be read anew`);
  }
  const slice = sliceSchema.parse(object);
  if (phase === "DELETED") slices.delete(slice.metadata.name);
  else slices.set(slice.metadata.name, slice);
  onChange();
  return slice.metadata.resourceVersion;
}

/** The library ends a watch on which nothing happened for a while; the version stays good. */
function isQuiet(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function endpointsOf(slices: readonly Slice[], portName: string): readonly string[] {
  const endpoints = slices.flatMap(({ endpoints: found, ports }) => {
    const port = ports?.find(({ name }) => name === portName)?.port;
    if (port === undefined || port === null) return [];
    // An absent condition means ready, as the API tells.
    const ready = (found ?? []).filter(({ conditions }) => conditions?.ready !== false && conditions?.terminating !== true);
    // Addresses of one endpoint are the same pod.
    return ready.flatMap(({ addresses: [address] }) => (address === undefined ? [] : [host(address, port)]));
  });
  return [...new Set(endpoints)].toSorted();
}

function host(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
