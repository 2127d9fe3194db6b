import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import { ELEMENT_BYTES, elementCount } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { datatypeOf } from "./model-config.ts";
import type { ModelConfig } from "./model-config.ts";
import type { WrittenConfig } from "./model-config-schema.ts";
import type { Session } from "./session.ts";

/** Larger samples are no warm-up, in bytes. */
const MAX_SAMPLE_BYTES = 64 * 1024 * 1024;

type Sample = WrittenConfig["model_warmup"][number];
type SampleInput = Sample["inputs"][number]["value"];

export interface WarmUpOptions {
  readonly config: ModelConfig;
  /** The model's folder; samples lie in `warmup/` below it. */
  readonly folder: string;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** Runs every warm-up sample of the configuration in the session; INVALID_ARGUMENT names a sample that the model cannot run. */
export async function warmUp(session: Session, options: WarmUpOptions): Promise<void> {
  const { config, signal } = options;
  for (const sample of config.written.model_warmup) {
    for (let run = 0; run < Math.max(1, sample.count ?? 1); run += 1) {
      signal.throwIfAborted();
      const inputs: Tensor[] = [];
      for (const { key, value } of sample.inputs) inputs.push(await sampleTensor(key, value, { ...options, sample }));
      await session.run(inputs).catch((cause: unknown) => {
        throw new PayerHubError("INVALID_ARGUMENT", `warming up model "${config.name}": it does not run sample "${sample.name}"`, {
          cause,
        });
      });
    }
  }
}

async function sampleTensor(
  name: string,
  input: SampleInput,
  { config, folder, world, signal, sample }: WarmUpOptions & { readonly sample: Sample },
): Promise<Tensor> {
  const datatype = datatypeOf(input.data_type);
  const batched = config.maxBatchSize > 0;
  const shape = batched ? [Math.max(1, sample.batch_size ?? 1), ...input.dims] : input.dims;
  const count = elementCount(shape);
  // An empty BYTES element is its length word alone.
  const bytes = count * (datatype === "BYTES" ? 4 : ELEMENT_BYTES[datatype]);
  const attempted = `warming up model "${config.name}" with input "${name}"`;
  if (!(bytes >= 0 && bytes <= MAX_SAMPLE_BYTES))
    throw new PayerHubError("INVALID_ARGUMENT", `${attempted}: it has ${bytes} bytes, it may have ${MAX_SAMPLE_BYTES}`);
  if (input.input_data_file === undefined) {
    const random = input.random_data === true && datatype !== "BYTES";
    return { name, datatype, shape, data: random ? world.randomBytes(bytes) : new Uint8Array(bytes) };
  }
  const path = join(folder, "warmup", input.input_data_file);
  const found = await stat(path).catch(() => undefined);
  const fits = found?.isFile() === true && (datatype === "BYTES" ? found.size <= MAX_SAMPLE_BYTES : found.size === bytes);
  if (!fits)
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `${attempted}: its file "${input.input_data_file}" has ${found?.size ?? 0} bytes, ${bytes} are needed`,
    );
  return { name, datatype, shape, data: await readFile(path, { signal }) };
}
