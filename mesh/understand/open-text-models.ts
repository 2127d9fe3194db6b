import { createBatchMetrics } from "../../inference/batcher/batch-metrics.ts";
import type { InferenceClient } from "../../inference/client/triton.ts";
import { createWordLabeler } from "../../inference/client/word-labeler.ts";
import { loadTokenClassifier, type TokenClassifierName } from "../../inference/models/token-classifier.ts";
import type { Telemetry } from "../../runtime/telemetry.ts";
import type { World } from "../../runtime/world.ts";
import { createTextModels, type TextModels } from "./text-models.ts";

export interface TextModelSource {
  /** Folder with labels and tokenizers of the served models. */
  readonly repository: string;
  readonly client: InferenceClient;
  readonly world: World;
  /** Counts the models' batches. */
  readonly meter?: Telemetry["meter"];
}

/** Both text models over a model server. FAILED_PRECONDITION when the repository lacks their labels or tokenizers. */
export async function openTextModels({
  repository,
  client,
  world,
  meter,
}: TextModelSource): Promise<TextModels & { stop(): Promise<void> }> {
  const open = async (name: TokenClassifierName) => {
    const metrics = meter === undefined ? undefined : createBatchMetrics(meter, name);
    return createWordLabeler({ classifier: await loadTokenClassifier(repository, name), client, world, metrics });
  };
  const [layout, entities] = await Promise.all([open("layoutlmv3"), open("biobert")]);
  return {
    ...createTextModels({ layout, entities }),
    stop: async () => void (await Promise.all([layout.stop(), entities.stop()])),
  };
}
