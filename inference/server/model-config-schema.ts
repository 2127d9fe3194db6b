import { z } from "zod";
import { ELEMENT_BYTES } from "../tensor.ts";

/** More sessions than this on one CPU machine only cost memory. */
const MAX_INSTANCES = 64;
const MAX_BATCH_SIZE = 4_096;
/** Levels beyond this are a mistake: a queue each. */
const MAX_PRIORITY_LEVELS = 64;
/** Samples run before a model is ready. */
const MAX_WARMUP_SAMPLES = 64;
const MAX_WARMUP_COUNT = 1_000;

/** Triton's names of the datatypes: BYTES is STRING there. */
const TYPE_NAMES: ReadonlySet<string> = new Set(
  Object.keys(ELEMENT_BYTES).map((datatype) => `TYPE_${datatype === "BYTES" ? "STRING" : datatype}`),
);

/** A field that may be given once. */
const once = <T extends z.ZodType>(schema: T) => z.tuple([schema]).transform(([value]) => value);
const optional = <T extends z.ZodType>(schema: T) => once(schema).optional();
const many = <T extends z.ZodType>(schema: T) => z.array(schema).default([]);
const count = z.number().int().nonnegative();
/** Microseconds that a request may be told to wait: an hour. */
const microseconds = count.max(3_600_000_000);
const typeName = z.string().refine((name) => TYPE_NAMES.has(name), "must be a data type of the protocol");
const dims = many(z.number().int());
const mapOf = <T extends z.ZodType>(value: T) => many(z.strictObject({ key: once(z.coerce.string()), value: once(value) }));
const textMap = mapOf(z.strictObject({ string_value: optional(z.coerce.string()) }));

const reshape = optional(z.strictObject({ shape: dims }));
const input = z.strictObject({
  name: once(z.string().min(1)),
  data_type: once(typeName),
  format: optional(z.enum(["FORMAT_NONE", "FORMAT_NHWC", "FORMAT_NCHW"])),
  dims,
  reshape,
  optional: optional(z.boolean()),
});
const output = z.strictObject({
  name: once(z.string().min(1)),
  data_type: once(typeName),
  dims,
  reshape,
  label_filename: optional(z.string()),
});

const queuePolicy = z.strictObject({
  timeout_action: optional(z.enum(["REJECT", "DELAY"])),
  default_timeout_microseconds: optional(microseconds),
  allow_timeout_override: optional(z.boolean()),
  max_queue_size: optional(count),
});

const dynamicBatching = z.strictObject({
  preferred_batch_size: many(count.min(1)),
  max_queue_delay_microseconds: optional(count.max(1_000_000)),
  preserve_ordering: optional(z.boolean()),
  priority_levels: optional(count.max(MAX_PRIORITY_LEVELS)),
  default_priority_level: optional(count.max(MAX_PRIORITY_LEVELS)),
  default_queue_policy: optional(queuePolicy),
  priority_queue_policy: mapOf(queuePolicy),
});

const pinned = optional(z.strictObject({ enable: optional(z.boolean()) }));
const accelerator = z.strictObject({ name: once(z.string()), parameters: mapOf(z.coerce.string()) });
/** Changes how fast a model runs, never what it answers; here it is told and not followed. */
const optimization = z.strictObject({
  graph: optional(z.strictObject({ level: optional(z.number().int()) })),
  input_pinned_memory: pinned,
  output_pinned_memory: pinned,
  execution_accelerators: optional(
    z.strictObject({ gpu_execution_accelerator: many(accelerator), cpu_execution_accelerator: many(accelerator) }),
  ),
});

const warmup = z.strictObject({
  name: once(z.string()),
  batch_size: optional(count.max(MAX_BATCH_SIZE)),
  count: optional(count.max(MAX_WARMUP_COUNT)),
  inputs: mapOf(
    z.strictObject({
      data_type: once(typeName),
      dims,
      zero_data: optional(z.boolean()),
      random_data: optional(z.boolean()),
      input_data_file: optional(z.string().regex(/^[\w.-]+$/)),
    }),
  ),
});

/** What a `config.pbtxt` may say here. A field beyond it is refused by name, never ignored. */
export const modelConfigSchema = z.strictObject({
  name: optional(z.string()),
  platform: optional(z.literal("onnxruntime_onnx")),
  backend: optional(z.enum(["onnxruntime", "identity"])),
  max_batch_size: optional(count.max(MAX_BATCH_SIZE)),
  input: z.array(input).min(1),
  output: z.array(output).min(1),
  default_model_filename: optional(z.string().regex(/^[\w.-]+$/)),
  version_policy: optional(
    z.strictObject({
      latest: optional(z.strictObject({ num_versions: optional(count.min(1)) })),
      all: optional(z.strictObject({})),
      specific: optional(z.strictObject({ versions: z.array(count.min(1)).min(1) })),
    }),
  ),
  instance_group: many(
    z.strictObject({
      name: optional(z.string()),
      count: optional(count.min(1).max(MAX_INSTANCES)),
      kind: optional(z.enum(["KIND_CPU", "KIND_AUTO"])),
    }),
  ),
  dynamic_batching: optional(dynamicBatching),
  optimization: optional(optimization),
  model_warmup: z.array(warmup).max(MAX_WARMUP_SAMPLES).default([]),
  parameters: textMap,
});

/** A configuration as it was written, without defaults. */
export type WrittenConfig = z.infer<typeof modelConfigSchema>;
export type WrittenQueuePolicy = z.infer<typeof queuePolicy>;
