import { PayerHubError } from "../../runtime/error.ts";
import { isDatatype } from "../tensor.ts";
import type { Datatype } from "../tensor.ts";
import { modelConfigSchema } from "./model-config-schema.ts";
import type { WrittenConfig, WrittenQueuePolicy } from "./model-config-schema.ts";
import { parsePbtxt } from "./pbtxt.ts";
import type { PbtxtMessage } from "./pbtxt.ts";

/** Queue length of a model whose configuration sets none: Triton's is endless, ours never is. */
const DEFAULT_MAX_QUEUE = 1_024;
/** Longest that the identity backend may be told to take, in milliseconds. */
const MAX_DELAY_MS = 60_000;

export interface ModelTensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** Without the batch dimension; -1 is variable. */
  readonly dims: readonly number[];
  /** The shape that the model itself has, when it is another than the one that callers see. */
  readonly reshape?: readonly number[];
  /** A request may leave it out. */
  readonly optional?: boolean;
  /** File with a label a line, for classification. */
  readonly labelFile?: string;
}

export type VersionPolicy = { readonly latest: number } | { readonly specific: readonly number[] } | "all";

/** What happens to requests that wait. */
export interface QueuePolicy {
  readonly maxSize: number;
  /** True: what waited too long is refused; false: it goes behind what did not. */
  readonly rejectExpired: boolean;
  /** 0: none. */
  readonly defaultTimeoutMs: number;
  /** A request may name a shorter time than the default, never a longer one, as in Triton. */
  readonly allowTimeoutOverride: boolean;
}

export interface Batching {
  readonly maxDelayMs: number;
  /** Row counts that are worth not waiting longer for, ascending; empty: only the largest. */
  readonly preferred: readonly number[];
  /** Answers go in the order in which their requests began, also where several instances run them. */
  readonly preserveOrdering: boolean;
}

/** A model's configuration with every default filled in. */
export interface ModelConfig {
  readonly name: string;
  readonly backend: "onnxruntime" | "identity";
  /** 0: the model's first dimension is not a batch. */
  readonly maxBatchSize: number;
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly fileName: string;
  readonly versions: VersionPolicy;
  readonly instances: number;
  /** Undefined: one request an execution. */
  readonly batching: Batching | undefined;
  /** By priority level; the first is the most urgent. One when the model has no levels. */
  readonly queues: readonly QueuePolicy[];
  /** Index of the level of requests that name none. */
  readonly defaultLevel: number;
  /** Time of one execution of the identity backend, in milliseconds. */
  readonly delayMs: number;
  /** As written, for ModelConfig and warm-up. */
  readonly written: WrittenConfig;
}

/**
 * Reads a `config.pbtxt` as Triton does. INVALID_ARGUMENT when it is no protobuf text, names another model, or has a field
 * that this server does not follow, which is refused by name and never ignored: a model must not behave differently here.
 */
export function readModelConfig(text: string, folderName: string): ModelConfig {
  return configFromMessage(parsePbtxt(text), folderName);
}

/** The same of a configuration that is parsed already. */
export function configFromMessage(message: PbtxtMessage, folderName: string): ModelConfig {
  const attempted = `reading the configuration of model "${folderName}"`;
  const parsed = modelConfigSchema.safeParse(message);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.filter((part) => typeof part === "string").join(".") ?? "";
    throw new PayerHubError("INVALID_ARGUMENT", `${attempted}: ${path} ${issue?.message ?? "is wrong"}`, { cause: parsed.error });
  }
  const { data } = parsed;
  if (data.name !== undefined && data.name !== folderName) {
    throw new PayerHubError("INVALID_ARGUMENT", `${attempted}: it names "${data.name}", it must name its folder`);
  }
  return toConfig(data, folderName);
}

/** Refuses a configuration that can be read and says what no model can be: INVALID_ARGUMENT, naming the tensor. */
export function checkModelConfig(config: ModelConfig): void {
  const wrong = wrongTensor(config);
  if (wrong !== undefined) throw new PayerHubError("INVALID_ARGUMENT", `checking the configuration of model "${config.name}": ${wrong}`);
}

function toConfig(data: WrittenConfig, name: string): ModelConfig {
  const maxBatchSize = data.max_batch_size ?? 0;
  const delay = data.parameters.find(({ key }) => key === "execute_delay_ms")?.value.string_value ?? "0";
  return {
    name,
    backend: data.backend ?? "onnxruntime",
    maxBatchSize,
    inputs: data.input.map(toTensor),
    outputs: data.output.map(toTensor),
    fileName: data.default_model_filename ?? "model.onnx",
    versions: toPolicy(data.version_policy),
    instances: data.instance_group.reduce((sum, group) => sum + (group.count ?? 1), 0) || 1,
    ...toScheduling(data.dynamic_batching, maxBatchSize),
    delayMs: Math.min(MAX_DELAY_MS, Math.max(0, Number(delay) || 0)),
    written: data,
  };
}

function toScheduling(
  written: WrittenConfig["dynamic_batching"],
  maxBatchSize: number,
): Pick<ModelConfig, "batching" | "queues" | "defaultLevel"> {
  if (written === undefined) return { batching: undefined, queues: [toQueue(undefined)], defaultLevel: 0 };
  const policies = new Map(written.priority_queue_policy.map(({ key, value }) => [Number(key), value]));
  const levels = Math.max(1, written.priority_levels ?? 0);
  const batching: Batching = {
    maxDelayMs: (written.max_queue_delay_microseconds ?? 0) / 1_000,
    preferred: written.preferred_batch_size.toSorted((a, b) => a - b),
    preserveOrdering: written.preserve_ordering ?? false,
  };
  return {
    batching: maxBatchSize === 0 ? undefined : batching,
    queues: Array.from({ length: levels }, (_, index) => toQueue(policies.get(index + 1) ?? written.default_queue_policy)),
    defaultLevel: Math.min(levels, Math.max(1, written.default_priority_level ?? 1)) - 1,
  };
}

function toQueue(policy: WrittenQueuePolicy | undefined): QueuePolicy {
  return {
    // 0 is Triton's word for endless.
    maxSize: policy?.max_queue_size || DEFAULT_MAX_QUEUE,
    rejectExpired: policy?.timeout_action !== "DELAY",
    defaultTimeoutMs: (policy?.default_timeout_microseconds ?? 0) / 1_000,
    allowTimeoutOverride: policy?.allow_timeout_override ?? false,
  };
}

type WrittenTensor = WrittenConfig["input"][number] | WrittenConfig["output"][number];

function toTensor(parsed: WrittenTensor): ModelTensor {
  const label = "label_filename" in parsed ? parsed.label_filename : undefined;
  return {
    name: parsed.name,
    datatype: datatypeOf(parsed.data_type),
    dims: parsed.dims,
    ...(parsed.reshape === undefined ? {} : { reshape: parsed.reshape.shape }),
    ...("optional" in parsed && parsed.optional === true ? { optional: true } : {}),
    ...(label === undefined || label === "" ? {} : { labelFile: label }),
  };
}

/** The protocol's name of a data type of the configuration. */
export function datatypeOf(typeName: string): Datatype {
  const name = typeName.replace(/^TYPE_/, "").replace(/^STRING$/, "BYTES");
  if (!isDatatype(name)) throw new PayerHubError("INTERNAL", `reading data type "${typeName}": it is not known, it must be`);
  return name;
}

function toPolicy(parsed: WrittenConfig["version_policy"]): VersionPolicy {
  if (parsed?.specific !== undefined) return { specific: parsed.specific.versions };
  if (parsed?.all !== undefined) return "all";
  return { latest: parsed?.latest?.num_versions ?? 1 };
}

function wrongTensor(config: ModelConfig): string | undefined {
  for (const [side, tensors] of [
    ["input", config.inputs],
    ["output", config.outputs],
  ] as const) {
    const seen = new Set<string>();
    for (const { name, dims, datatype, labelFile } of tensors) {
      if (seen.has(name)) return `it has ${side} "${name}" twice, it may have it once`;
      seen.add(name);
      const low = dims.find((dimension) => dimension < -1 || dimension === 0);
      if (low !== undefined) return `${side} "${name}" has dimension ${low}, it must be 1 or more, or -1 for any`;
      if (dims.length === 0 && config.maxBatchSize === 0) return `${side} "${name}" has no dims, it must have one at least`;
      if (datatype === "BF16" && config.backend === "onnxruntime")
        return `${side} "${name}" is BF16, which ONNX Runtime for Node cannot hold`;
      if (labelFile !== undefined && !/^[\w.-]+$/.test(labelFile)) return `${side} "${name}" has a label file outside the model's folder`;
    }
  }
  return undefined;
}
