import { PayerHubError } from "../../runtime/error.ts";
import type { InferenceClient } from "./triton.ts";
import { stickyPoint } from "./sticky-split.ts";

/** Another version, or another model of the same signature, that gets a share of one model's calls. */
export interface CanaryRoute {
  /** The model that callers name. */
  readonly model: string;
  /** Share of keys that go to the canary, 0..1. */
  readonly share: number;
  /** The model of the canary; absent keeps the name. */
  readonly toModel?: string;
  /** Its version; absent lets the server choose. */
  readonly toVersion?: string;
  /** Where it runs; absent keeps the client. */
  readonly on?: InferenceClient;
}

/**
 * Splits calls by the hash of their `stickyKey`: a key stays on its side while the share stays, and a larger share only moves
 * keys to the canary, never back. Calls without a key, or that name a version, are never split. INVALID_ARGUMENT for a share
 * beyond 0..1 and for two routes of one model.
 */
export function createCanaryClient(client: InferenceClient, routes: readonly CanaryRoute[]): InferenceClient {
  const byModel = new Map<string, CanaryRoute>();
  for (const route of routes) {
    const attempted = `routing model "${route.model}"`;
    if (!(route.share >= 0 && route.share <= 1)) throw invalid(`${attempted}: its share is ${route.share}, it must be 0 to 1`);
    if (byModel.has(route.model)) throw invalid(`${attempted}: it has two routes, it may have one`);
    byModel.set(route.model, route);
  }
  return {
    infer: async (model, inputs, options) => {
      const route = byModel.get(model);
      const { stickyKey, version } = options;
      if (route === undefined || stickyKey === undefined || version !== undefined || stickyPoint(stickyKey, model) >= route.share) {
        return await client.infer(model, inputs, options);
      }
      const to = route.toVersion === undefined ? options : { ...options, version: route.toVersion };
      return await (route.on ?? client).infer(route.toModel ?? model, inputs, to);
    },
    verify: async (contracts, call) => {
      await client.verify(contracts, call);
      for (const contract of contracts) {
        const route = byModel.get(contract.name);
        if (route === undefined) continue;
        const moved = { ...contract, name: route.toModel ?? contract.name };
        await (route.on ?? client).verify([route.toVersion === undefined ? moved : { ...moved, version: route.toVersion }], call);
      }
    },
  };
}

function invalid(text: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", text);
}
