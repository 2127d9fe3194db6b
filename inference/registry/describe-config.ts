import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import { parsePbtxt } from "../server/pbtxt.ts";
import { isDatatype } from "../tensor.ts";
import type { ModelSignature } from "./manifest.ts";

const text = z.tuple([z.string().min(1)]).transform(([value]) => value);
const whole = z.tuple([z.int().min(0)]).transform(([value]) => value);

const tensor = z.looseObject({
  name: text,
  data_type: text.transform(datatypeOf).refine(isDatatype, "must be a data type of Triton"),
  dims: z.array(z.int().min(-1)).max(16),
});

const warmupInput = z.looseObject({ value: z.tuple([z.looseObject({ input_data_file: text.optional() })]) });

/** Only what the registry describes; the server that loads the model judges the rest. */
const configSchema = z.looseObject({
  name: text.optional(),
  max_batch_size: whole.optional(),
  input: z.array(tensor).min(1),
  output: z.array(tensor).min(1),
  version_policy: z.tuple([z.looseObject({ specific: z.tuple([z.looseObject({ versions: z.array(z.int()) })]).optional() })]).optional(),
  model_warmup: z.array(z.looseObject({ name: text, inputs: z.array(warmupInput).optional() })).optional(),
});

/** What the registry takes from a `config.pbtxt`. */
export interface DescribedConfig {
  readonly name: string | undefined;
  readonly signature: ModelSignature;
  /** Versions that a `specific` policy names; undefined for another policy or none. */
  readonly versions: readonly number[] | undefined;
  /** Names of the warm-up samples. */
  readonly warmup: readonly string[];
  /** Files below `warmup/` that the samples are read from. */
  readonly warmupFiles: readonly string[];
}

/** Reads signature and warm-up samples of a configuration for any backend or device. INVALID_ARGUMENT naming the field. */
export function describeConfig(source: string, path: string): DescribedConfig {
  const parsed = configSchema.safeParse(parsePbtxt(source));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the model configuration "${path}": ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}`,
    );
  }
  const { name, max_batch_size: maxBatchSize = 0, input, output, model_warmup: warmup = [], version_policy: policy } = parsed.data;
  const batch = maxBatchSize > 0 ? [-1] : [];
  const shaped = (tensors: typeof input) =>
    tensors.map(({ name: tensorName, data_type: datatype, dims }) => ({ name: tensorName, datatype, shape: [...batch, ...dims] }));
  return {
    name,
    signature: { inputs: shaped(input), outputs: shaped(output) },
    versions: policy?.[0].specific?.[0].versions,
    warmup: warmup.map((sample) => sample.name),
    warmupFiles: warmup.flatMap(({ inputs = [] }) => inputs.flatMap(({ value: [value] }) => value.input_data_file ?? [])),
  };
}

function datatypeOf(name: string): string {
  return name === "TYPE_STRING" ? "BYTES" : name.replace(/^TYPE_/, "");
}
