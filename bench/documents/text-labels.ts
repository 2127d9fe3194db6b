import { createTritonClient } from "../../inference/client/triton.ts";
import { inferenceConfigSchema } from "../../inference/config.ts";
import { SHIPPED_MODELS } from "../../inference/models/repository.ts";
import { startInference } from "../../inference/start.ts";
import { openTextModels } from "../../mesh/understand/open-text-models.ts";
import type { DocumentLabels } from "../../mesh/understand/text-models.ts";
import { createLogger } from "../../runtime/log.ts";
import { systemWorld } from "../../runtime/world.ts";
import type { Sample } from "./sample.ts";

/** The embedded model server with its client, and what the text models say of a sample: as the understand stage asks them. */
export interface SampleModels {
  readonly client: ReturnType<typeof createTritonClient>;
  label(sample: Sample): Promise<DocumentLabels>;
  stop(): Promise<void>;
}

export async function openSampleModels(signal: AbortSignal): Promise<SampleModels> {
  const world = systemWorld();
  const server = await startInference(inferenceConfigSchema.parse({}), { log: createLogger({ level: "silent" }) }, signal);
  const client = createTritonClient({ endpoint: server.endpoint });
  const models = await openTextModels({ repository: SHIPPED_MODELS, client, world });
  return {
    client,
    label: async ({ pages, pictures }) =>
      await models.label(
        pages.map((words, at) => ({ words, picture: pictures[at] })),
        { signal, progress: () => {} },
      ),
    stop: async () => {
      await models.stop();
      client.close();
      await server.stop();
    },
  };
}
