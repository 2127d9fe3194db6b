import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import type { ClientMetrics } from "./client-metrics.ts";
import type { InferenceClient } from "./triton.ts";

/** Counts and times the calls of `client` and changes nothing of them. */
export function createMeasuredClient(client: InferenceClient, metrics: ClientMetrics, world: World): InferenceClient {
  return {
    infer: async (model, inputs, options) => {
      const bytes = inputs.reduce((sum, { data }) => sum + data.byteLength, 0);
      const began = world.monotonicMs();
      let code: Parameters<ClientMetrics["end"]>[0]["code"] = "OK";
      metrics.begin(bytes);
      try {
        return await client.infer(model, inputs, options);
      } catch (error) {
        code = error instanceof PayerHubError ? error.code : "UNKNOWN";
        throw error;
      } finally {
        metrics.end({ model, code, bytes, tookMs: world.monotonicMs() - began });
      }
    },
    verify: async (contracts, options) => await client.verify(contracts, options),
  };
}
