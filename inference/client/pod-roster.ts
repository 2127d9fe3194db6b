import { PayerHubError } from "../../runtime/error.ts";
import { abortable } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import type { ModelContract } from "./contract.ts";
import type { EndpointSource } from "./endpoint-source.ts";
import { createPod } from "./pod.ts";
import type { Pod } from "./pod.ts";
import type { TritonClient } from "./triton.ts";

const ATTEMPTED = "waiting for a pod";

/** The pods that the source names, joined and left as it says. */
export interface PodRoster {
  all(): readonly Pod[];
  ready(): readonly Pod[];
  /** What every pod must serve from now on, beside what was demanded before. */
  demand(contracts: readonly ModelContract[]): void;
  /** Resolves when a pod is ready. When `within` ends first: UNAVAILABLE with the reason of a pod, or the caller's own reason. */
  waitForReady(within: AbortSignal, caller: AbortSignal): Promise<void>;
  close(): void;
}

export interface PodRosterOptions {
  readonly source: EndpointSource;
  readonly open: (endpoint: string) => TritonClient;
  readonly world: World;
}

/** Starts to follow the source at once. */
export function createPodRoster({ source, open, world }: PodRosterOptions): PodRoster {
  const lifetime = new AbortController();
  const demanded = new Map<string, ModelContract>();
  const pods = new Map<string, Pod>();
  let ready: readonly Pod[] = [];
  let changed = Promise.withResolvers<void>();
  let sourceFailure: unknown;
  const onChange = () => {
    ready = [...pods.values()].filter((pod) => pod.state === "ready");
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const update = (endpoints: readonly string[]) => {
    for (const [endpoint, pod] of pods) {
      if (endpoints.includes(endpoint)) continue;
      pods.delete(endpoint);
      pod.close();
    }
    for (const endpoint of endpoints) {
      if (pods.has(endpoint)) continue;
      const contracts = () => [...demanded.values()];
      pods.set(endpoint, createPod({ endpoint, client: open(endpoint), contracts, onChange, world }));
    }
    onChange();
  };
  const follow = async () => {
    try {
      for await (const endpoints of source.watch(lifetime.signal)) {
        if (lifetime.signal.aborted) return;
        update(endpoints);
      }
    } catch (error) {
      sourceFailure = error;
    }
  };
  void follow();
  return {
    all: () => [...pods.values()],
    ready: () => ready,
    demand: (contracts) => {
      for (const contract of contracts) demanded.set(contract.name, contract);
    },
    waitForReady: async (within, caller) => {
      while (ready.length === 0) {
        await abortable(changed.promise, within, ATTEMPTED).catch((error: unknown) => {
          if (caller.aborted) throw error;
          const [pod] = pods.values();
          throw new PayerHubError("UNAVAILABLE", `${ATTEMPTED}: of ${pods.size} pods none is ready, one must be`, {
            cause: pod?.failure ?? sourceFailure ?? error,
          });
        });
      }
    },
    close: () => {
      lifetime.abort();
      update([]);
    },
  };
}
