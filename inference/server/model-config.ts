import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import type { Datatype } from "../tensor.ts";
import { parsePbtxt } from "./pbtxt.ts";

/** Queue length of a model whose configuration sets none: Triton's is endless, ours never is. */
const DEFAULT_MAX_QUEUE = 1_024;
/** More sessions than this on one CPU machine only cost memory. */
const MAX_INSTANCES = 64;
const MAX_BATCH_SIZE = 4_096;

/** Triton's data types that ONNX Runtime for Node can hold; BF16 and FP16 it cannot, so such a model is refused at load. */
const DATATYPES: Readonly<Record<string, Datatype>> = {
  TYPE_BOOL: "BOOL",
  TYPE_UINT8: "UINT8",
  TYPE_UINT16: "UINT16",
  TYPE_UINT32: "UINT32",
  TYPE_UINT64: "UINT64",
  TYPE_INT8: "INT8",
  TYPE_INT16: "INT16",
  TYPE_INT32: "INT32",
  TYPE_INT64: "INT64",
  TYPE_FP32: "FP32",
  TYPE_FP64: "FP64",
  TYPE_STRING: "BYTES",
};

/** A field that may be given once. */
const once = <T extends z.ZodType>(schema: T) => z.tuple([schema]).transform(([value]) => value);
const optional = <T extends z.ZodType>(schema: T) => once(schema).optional();
const count = z.number().int().nonnegative();

const tensor = z.strictObject({
  name: once(z.string().min(1)),
  data_type: once(z.string().refine((name) => Object.hasOwn(DATATYPES, name), "must be a data type that this server can hold")),
  dims: z.array(z.number().int().gte(-1)).max(16),
  label_filename: optional(z.string()),
});

const queuePolicy = z.strictObject({
  timeout_action: optional(z.enum(["REJECT", "DELAY"])),
  default_timeout_microseconds: optional(count),
  allow_timeout_override: optional(z.boolean()),
  max_queue_size: optional(count),
});

const modelConfig = z.strictObject({
  name: optional(z.string()),
  platform: optional(z.literal("onnxruntime_onnx")),
  backend: optional(z.literal("onnxruntime")),
  max_batch_size: optional(count.max(MAX_BATCH_SIZE)),
  input: z.array(tensor).min(1),
  output: z.array(tensor).min(1),
  default_model_filename: optional(z.string().regex(/^[\w.-]+$/)),
  version_policy: optional(
    z.strictObject({
      latest: optional(z.strictObject({ num_versions: optional(count.min(1)) })),
      all: optional(z.strictObject({})),
      specific: optional(z.strictObject({ versions: z.array(count.min(1)).min(1) })),
    }),
  ),
  instance_group: z
    .array(
      z.strictObject({
        name: optional(z.string()),
        count: optional(count.min(1).max(MAX_INSTANCES)),
        kind: optional(z.enum(["KIND_CPU", "KIND_AUTO"])),
      }),
    )
    .optional(),
  dynamic_batching: optional(
    z.strictObject({
      preferred_batch_size: z.array(count.min(1)).optional(),
      max_queue_delay_microseconds: optional(count.max(1_000_000)),
      preserve_ordering: optional(z.boolean()),
      default_queue_policy: optional(queuePolicy),
    }),
  ),
  parameters: z.array(z.unknown()).optional(),
});

export interface ModelTensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** Without the batch dimension; -1 is variable. */
  readonly dims: readonly number[];
}

export type VersionPolicy = { readonly latest: number } | { readonly specific: readonly number[] } | "all";

/** A model's configuration with every default filled in. */
export interface ModelConfig {
  readonly name: string;
  /** 0: the model's first dimension is not a batch. */
  readonly maxBatchSize: number;
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly fileName: string;
  readonly versions: VersionPolicy;
  readonly instances: number;
  /** Undefined: one request an execution. */
  readonly batching: { readonly maxDelayMs: number } | undefined;
  readonly queue: {
    readonly maxSize: number;
    readonly rejectExpired: boolean;
    /** 0: none. */
    readonly defaultTimeoutMs: number;
    readonly allowTimeoutOverride: boolean;
  };
}

/**
 * Reads a `config.pbtxt` as Triton does, for the subset that an ONNX model on CPU needs. A field outside the subset is
 * refused by name (INVALID_ARGUMENT), never ignored: a model must not behave differently here and on Triton.
 */
export function readModelConfig(text: string, folderName: string): ModelConfig {
  const parsed = modelConfig.safeParse(parsePbtxt(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.filter((part) => typeof part === "string").join(".") ?? "";
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the configuration of model "${folderName}": ${path} ${issue?.message ?? "is wrong"}`,
    );
  }
  const config = parsed.data;
  if (config.name !== undefined && config.name !== folderName) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the configuration of model "${folderName}": it names "${config.name}", it must name its folder`,
    );
  }
  const maxBatchSize = config.max_batch_size ?? 0;
  const batching = maxBatchSize === 0 ? undefined : config.dynamic_batching;
  return {
    name: folderName,
    maxBatchSize,
    inputs: config.input.map(toTensor),
    outputs: config.output.map(toTensor),
    fileName: config.default_model_filename ?? "model.onnx",
    versions: toPolicy(config.version_policy),
    instances: countInstances(config.instance_group ?? []),
    batching: batching === undefined ? undefined : { maxDelayMs: (batching.max_queue_delay_microseconds ?? 0) / 1_000 },
    queue: toQueue(config.dynamic_batching?.default_queue_policy),
  };
}

function countInstances(groups: readonly { readonly count?: number | undefined }[]): number {
  return groups.reduce((sum, group) => sum + (group.count ?? 1), 0) || 1;
}

function toQueue(policy: z.infer<typeof queuePolicy> | undefined): ModelConfig["queue"] {
  return {
    // 0 is Triton's word for endless.
    maxSize: policy?.max_queue_size || DEFAULT_MAX_QUEUE,
    rejectExpired: policy?.timeout_action !== "DELAY",
    defaultTimeoutMs: (policy?.default_timeout_microseconds ?? 0) / 1_000,
    allowTimeoutOverride: policy?.allow_timeout_override ?? false,
  };
}

function toTensor(parsed: z.infer<typeof tensor>): ModelTensor {
  return { name: parsed.name, datatype: DATATYPES[parsed.data_type] ?? "FP32", dims: parsed.dims };
}

function toPolicy(parsed: z.infer<typeof modelConfig>["version_policy"]): VersionPolicy {
  if (parsed?.specific !== undefined) return { specific: parsed.specific.versions };
  if (parsed?.all !== undefined) return "all";
  return { latest: parsed?.latest?.num_versions ?? 1 };
}
