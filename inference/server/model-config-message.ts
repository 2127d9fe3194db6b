import type { ModelConfigResponse } from "../../proto/inference/grpc_service.pb.ts";
import { ModelConfig as ConfigMessage } from "../../proto/inference/model_config.pb.ts";
import type { ModelConfig } from "./model-config.ts";
import type { WrittenConfig, WrittenQueuePolicy } from "./model-config-schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** The configuration as ModelConfig tells it: what was written, with the defaults that Triton fills in. */
export function configMessage(config: ModelConfig): ModelConfigResponse {
  const { written } = config;
  const json: Json = {
    name: config.name,
    ...(config.backend === "onnxruntime" ? { platform: "onnxruntime_onnx" } : {}),
    backend: config.backend,
    versionPolicy: versionPolicy(config),
    maxBatchSize: config.maxBatchSize,
    input: written.input.map(tensorJson),
    output: written.output.map(tensorJson),
    instanceGroup: instanceGroups(config),
    optimization: optimizationJson(written.optimization),
    ...(written.dynamic_batching === undefined ? {} : { dynamicBatching: batchingJson(config, written.dynamic_batching) }),
    defaultModelFilename: config.backend === "onnxruntime" ? config.fileName : "",
    parameters: Object.fromEntries(written.parameters.map(({ key, value }) => [key, { stringValue: value.string_value ?? "" }])),
    modelWarmup: written.model_warmup.map(warmupJson),
  };
  return { config: ConfigMessage.fromJSON(json) };
}

function versionPolicy({ versions }: ModelConfig): Json {
  if (versions === "all") return { all: {} };
  if ("specific" in versions) return { specific: { versions: versions.specific } };
  return { latest: { numVersions: versions.latest } };
}

function tensorJson(tensor: WrittenConfig["input"][number] | WrittenConfig["output"][number]): Json {
  const { name, data_type: dataType, dims, reshape } = tensor;
  return {
    name,
    dataType,
    dims,
    ...(reshape === undefined ? {} : { reshape: { shape: reshape.shape } }),
    ...("format" in tensor ? { format: tensor.format ?? "FORMAT_NONE" } : {}),
    ...("optional" in tensor ? { optional: tensor.optional ?? false } : {}),
    ...("label_filename" in tensor ? { labelFilename: tensor.label_filename ?? "" } : {}),
  };
}

function instanceGroups({ name, written }: ModelConfig): readonly Json[] {
  const groups = written.instance_group.length === 0 ? [{ name: undefined, count: undefined }] : written.instance_group;
  return groups.map((group, index) => ({ name: group.name ?? `${name}_${index}`, kind: "KIND_CPU", count: group.count ?? 1 }));
}

function optimizationJson(written: WrittenConfig["optimization"]): Json {
  const accelerators = written?.execution_accelerators;
  const list = (items: NonNullable<typeof accelerators>["gpu_execution_accelerator"]) =>
    items.map(({ name, parameters }) => ({ name, parameters: Object.fromEntries(parameters.map(({ key, value }) => [key, value])) }));
  return {
    ...(written?.graph === undefined ? {} : { graph: { level: written.graph.level ?? 0 } }),
    inputPinnedMemory: { enable: written?.input_pinned_memory?.enable ?? true },
    outputPinnedMemory: { enable: written?.output_pinned_memory?.enable ?? true },
    ...(accelerators === undefined
      ? {}
      : {
          executionAccelerators: {
            gpuExecutionAccelerator: list(accelerators.gpu_execution_accelerator),
            cpuExecutionAccelerator: list(accelerators.cpu_execution_accelerator),
          },
        }),
  };
}

function batchingJson(config: ModelConfig, written: NonNullable<WrittenConfig["dynamic_batching"]>): Json {
  const preferred = written.preferred_batch_size;
  return {
    preferredBatchSize: preferred.length === 0 && config.maxBatchSize > 0 ? [config.maxBatchSize] : preferred,
    maxQueueDelayMicroseconds: written.max_queue_delay_microseconds ?? 0,
    preserveOrdering: written.preserve_ordering ?? false,
    priorityLevels: written.priority_levels ?? 0,
    defaultPriorityLevel: written.default_priority_level ?? 0,
    ...(written.default_queue_policy === undefined ? {} : { defaultQueuePolicy: queueJson(written.default_queue_policy) }),
    priorityQueuePolicy: Object.fromEntries(written.priority_queue_policy.map(({ key, value }) => [key, queueJson(value)])),
  };
}

function queueJson(policy: WrittenQueuePolicy): Json {
  return {
    timeoutAction: policy.timeout_action ?? "REJECT",
    defaultTimeoutMicroseconds: policy.default_timeout_microseconds ?? 0,
    allowTimeoutOverride: policy.allow_timeout_override ?? false,
    maxQueueSize: policy.max_queue_size ?? 0,
  };
}

function warmupJson(sample: WrittenConfig["model_warmup"][number]): Json {
  const { name, batch_size: batchSize = 0, count = 0, inputs } = sample;
  const input = ({ data_type: dataType, dims, ...data }: (typeof inputs)[number]["value"]) => ({
    dataType,
    dims,
    ...(data.zero_data === undefined ? {} : { zeroData: data.zero_data }),
    ...(data.random_data === undefined ? {} : { randomData: data.random_data }),
    ...(data.input_data_file === undefined ? {} : { inputDataFile: data.input_data_file }),
  });
  return { name, batchSize, count, inputs: Object.fromEntries(inputs.map(({ key, value }) => [key, input(value)])) };
}
