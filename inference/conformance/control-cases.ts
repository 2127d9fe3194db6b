import { call, caseOf, floats, infer, input, inferRequest } from "./case.ts";
import type { Case } from "./case.ts";
import type { MethodName } from "./methods.ts";

const named = (method: MethodName, name: string, version = "") => call(method, { name, version });
const load = (modelName: string, more: Readonly<Record<string, unknown>> = {}) => call("RepositoryModelLoad", { modelName, ...more });
const unload = (modelName: string, more: Readonly<Record<string, unknown>> = {}) => call("RepositoryModelUnload", { modelName, ...more });
const one = (modelName: string, more: Readonly<Record<string, unknown>> = {}) =>
  infer({ modelName, inputs: [input({ shape: ["1", "1"] })], rawInputContents: [floats(1)], ...more });
const flat = (modelName: string, modelVersion = "") =>
  infer({ modelName, modelVersion, inputs: [input({ shape: ["1"] })], rawInputContents: [floats(1)] });

/** What the server tells of itself and its models. */
export const METADATA_CASES: readonly Case[] = [
  caseOf("server: live", call("ServerLive")),
  caseOf("server: ready", call("ServerReady")),
  caseOf("server: metadata", call("ServerMetadata")),
  caseOf("server: a call that is not there", call("Absent")),
  caseOf("health: the server as a whole", call("HealthCheck")),
  caseOf("health: the inference service by name", call("HealthCheck", { service: "inference.GRPCInferenceService" })),
  caseOf("health: a service that is not there", call("HealthCheck", { service: "nobody" })),
  caseOf("ready: model", named("ModelReady", "echo")),
  caseOf("ready: model and version", named("ModelReady", "echo", "1")),
  caseOf("ready: unknown version", named("ModelReady", "echo", "9")),
  caseOf("ready: unknown model", named("ModelReady", "nobody")),
  caseOf("ready: version that is no number", named("ModelReady", "echo", "newest")),
  caseOf("ready: unknown model and version that is no number", named("ModelReady", "nobody", "newest")),
  caseOf("ready: model that is not loaded", named("ModelReady", "sleeping")),
  caseOf("metadata: with batch", named("ModelMetadata", "echo")),
  caseOf("metadata: without batch", named("ModelMetadata", "plain")),
  caseOf("metadata: every datatype", named("ModelMetadata", "types")),
  caseOf("metadata: by version", named("ModelMetadata", "pair", "1")),
  caseOf("metadata: all versions", named("ModelMetadata", "every")),
  caseOf("metadata: the newest two", named("ModelMetadata", "newest")),
  caseOf("metadata: chosen versions", named("ModelMetadata", "chosen")),
  caseOf("metadata: unknown model", named("ModelMetadata", "nobody")),
  caseOf("metadata: unknown version", named("ModelMetadata", "echo", "9")),
  caseOf("metadata: version that is no number", named("ModelMetadata", "echo", "newest")),
  caseOf("metadata: model that is not loaded", named("ModelMetadata", "sleeping")),
  caseOf("config: with dynamic batching", named("ModelConfig", "echo")),
  caseOf("config: without batch", named("ModelConfig", "plain")),
  caseOf("config: labels", named("ModelConfig", "labels")),
  caseOf("config: optional inputs", named("ModelConfig", "types")),
  caseOf("config: queue policy and parameters", named("ModelConfig", "slow")),
  caseOf("config: delay policy", named("ModelConfig", "patient")),
  caseOf("config: priorities", named("ModelConfig", "ranked")),
  caseOf("config: all versions", named("ModelConfig", "every")),
  caseOf("config: chosen versions", named("ModelConfig", "chosen")),
  caseOf("config: unknown model", named("ModelConfig", "nobody")),
  caseOf("config: unknown version", named("ModelConfig", "echo", "9")),
  caseOf("config: version that is no number", named("ModelConfig", "echo", "newest")),
];

/** Which versions are served, what is counted, what the repository holds. */
export const REPOSITORY_CASES: readonly Case[] = [
  caseOf("versions: latest is the newest by number", flat("many"), flat("many", "1")),
  caseOf("versions: the newest two", flat("newest"), flat("newest", "3"), flat("newest", "1")),
  caseOf("versions: all", flat("every"), flat("every", "1"), flat("every", "3")),
  caseOf("versions: chosen", flat("chosen"), flat("chosen", "1"), flat("chosen", "2")),
  caseOf(
    "statistics: counts requests, rows and failures",
    one("counted"),
    infer({ modelName: "counted", inputs: [input({ shape: ["3", "1"] })], rawInputContents: [floats(1, 2, 3)] }),
    one("counted", { rawInputContents: [floats(1, 2)] }),
    one("counted", { outputs: [{ name: "nobody" }] }),
    named("ModelStatistics", "counted"),
  ),
  caseOf("statistics: refused and expired requests are failures", named("ModelStatistics", "timed"), named("ModelStatistics", "slow")),
  caseOf("statistics: of a model that has done nothing", named("ModelStatistics", "idle")),
  caseOf("statistics: by version", named("ModelStatistics", "every", "2")),
  caseOf("statistics: unknown version", named("ModelStatistics", "every", "9")),
  caseOf("statistics: unknown model", named("ModelStatistics", "nobody")),
  caseOf("statistics: version that is no number", named("ModelStatistics", "echo", "newest")),
  caseOf("index: all", call("RepositoryIndex")),
  caseOf("index: only those that are ready", call("RepositoryIndex", { ready: true })),
  caseOf("index: a repository by name", call("RepositoryIndex", { repositoryName: "nobody" })),
  caseOf("load: unknown model", load("nobody")),
  caseOf("load: empty name", load("")),
  caseOf("load: a repository by name", load("echo", { repositoryName: "nobody" })),
  caseOf("load: again", load("shifting"), named("ModelReady", "shifting"), one("shifting")),
  caseOf("load: a model that has no version", load("versionless"), named("ModelReady", "versionless")),
  caseOf("load: configuration that cannot be read", load("malformed")),
  caseOf("load: configuration with another name", load("misnamed")),
  caseOf("load: configuration with an unknown type", load("typeless")),
  caseOf("load: configuration with a dimension below -1", load("bottomless")),
  caseOf("load: unknown parameter", load("shifting", { parameters: { color: { stringParam: "red" } } })),
  caseOf("load: configuration that is no JSON", load("shifting", { parameters: { config: { stringParam: "{" } } })),
  caseOf("unload: unknown model", unload("nobody")),
  caseOf("unload: empty name", unload("")),
  caseOf("unload: a repository by name", unload("echo", { repositoryName: "nobody" })),
  caseOf("unload: unknown parameter", unload("sleeping", { parameters: { color: { stringParam: "red" } } })),
  caseOf(
    "load, infer, unload, infer, load",
    load("sleeping"),
    one("sleeping"),
    unload("sleeping"),
    call("RepositoryIndex", {}, { pauseMs: 3_000 }),
    one("sleeping"),
    named("ModelReady", "sleeping"),
    named("ModelMetadata", "sleeping"),
    named("ModelStatistics", "sleeping"),
    unload("sleeping"),
    load("sleeping"),
    one("sleeping"),
    unload("sleeping"),
  ),
];

/** Streams: every request has a reply of its own. */
export const STREAM_CASES: readonly Case[] = [
  caseOf("stream: three requests", stream([{ id: "a" }, { id: "b" }, { id: "c" }])),
  caseOf("stream: none", stream([])),
  caseOf("stream: an unknown model in the middle", stream([{ id: "a" }, { id: "b", modelName: "nobody" }, { id: "c" }])),
  caseOf("stream: a wrong shape in the middle", stream([{ id: "a" }, { id: "b", inputs: [input({ shape: ["2"] })] }, { id: "c" }])),
  caseOf("stream: two models", stream([{ id: "a" }, { id: "b", modelName: "shifting" }])),
  caseOf("stream: a wrong version", stream([{ id: "a", modelVersion: "newest" }])),
  caseOf("stream: empty final response", stream([{ id: "a", parameters: { triton_enable_empty_final_response: { boolParam: true } } }])),
  caseOf(
    "stream: status codes asked for, an unknown model",
    stream([{ id: "a" }, { id: "b", modelName: "nobody" }], { metadata: { triton_grpc_error: "true" } }),
  ),
  caseOf(
    "stream: status codes asked for, a wrong shape",
    stream([{ id: "b", inputs: [input({ shape: ["2"] })] }], { metadata: { triton_grpc_error: "true" } }),
  ),
  caseOf("stream: status codes asked for, all right", stream([{ id: "a" }], { metadata: { triton_grpc_error: "true" } })),
];

function stream(requests: readonly Readonly<Record<string, unknown>>[], more: Readonly<{ metadata?: Record<string, string> }> = {}) {
  return { method: "ModelStreamInfer" as const, requests: requests.map(inferRequest), ...more };
}

const waiting = (modelName: string, more: Readonly<Record<string, unknown>> = {}) => ({ ...one(modelName, more), background: true });

/** Queues: what waits too long, what does not fit, what was given up. Times are long against a busy machine's. */
export const QUEUE_CASES: readonly Case[] = [
  caseOf("queue: full", waiting("slow"), { ...one("slow"), pauseMs: 100, times: 8 }),
  caseOf(
    "queue: timeout of the request",
    waiting("slow"),
    { ...one("slow", { parameters: { timeout: { int64Param: "50000" } } }), pauseMs: 100 },
    one("slow"),
  ),
  caseOf("queue: timeout of the model", waiting("timed"), { ...one("timed"), pauseMs: 100, times: 2 }),
  caseOf("queue: a request's timeout without leave to override", waiting("timed"), {
    ...one("timed", { parameters: { timeout: { int64Param: "5000000" } } }),
    pauseMs: 100,
  }),
  caseOf("queue: expired work is delayed, not refused", waiting("patient"), { ...one("patient"), pauseMs: 100, times: 2 }),
  caseOf("queue: cancelled work is dropped", { ...one("dropped"), times: 30, cancelled: 25 }, one("dropped")),
  caseOf("queue: a priority within the levels", one("ranked", { parameters: { priority: { uint64Param: "3" } } })),
  caseOf("queue: a priority beyond the levels", one("ranked", { parameters: { priority: { uint64Param: "4" } } })),
];

/** Settings and shared memory: what is there to be asked, and what is refused. */
export const SETTING_CASES: readonly Case[] = [
  caseOf("trace: read", call("TraceSetting")),
  caseOf("trace: read for a model", call("TraceSetting", { modelName: "echo" })),
  caseOf("trace: read for an unknown model", call("TraceSetting", { modelName: "nobody" })),
  caseOf("trace: unknown setting", call("TraceSetting", { settings: { color: { value: ["red"] } } })),
  caseOf("trace: a level that is not there", call("TraceSetting", { settings: { trace_level: { value: ["LOUD"] } } })),
  caseOf("log: read", call("LogSettings")),
  caseOf(
    "log: set and read",
    call("LogSettings", { settings: { log_verbose_level: { uint32Param: 1 } } }),
    call("LogSettings", { settings: { log_verbose_level: { uint32Param: 0 } } }),
  ),
  caseOf("log: unknown setting", call("LogSettings", { settings: { color: { stringParam: "red" } } })),
  caseOf("log: a setting of another type", call("LogSettings", { settings: { log_info: { stringParam: "yes" } } })),
  caseOf("log: a format that is not there", call("LogSettings", { settings: { log_format: { stringParam: "loud" } } })),
  caseOf("shared memory: status", call("SystemSharedMemoryStatus")),
  caseOf("shared memory: status of an unknown region", call("SystemSharedMemoryStatus", { name: "nobody" })),
  caseOf("shared memory: unregister an unknown region", call("SystemSharedMemoryUnregister", { name: "nobody" })),
  caseOf("shared memory: unregister all", call("SystemSharedMemoryUnregister")),
  caseOf("shared memory: register", call("SystemSharedMemoryRegister", { name: "a", key: "/payerhub_nobody", byteSize: "64" })),
  caseOf("CUDA memory: status", call("CudaSharedMemoryStatus")),
  caseOf("CUDA memory: status of an unknown region", call("CudaSharedMemoryStatus", { name: "nobody" })),
  caseOf("CUDA memory: unregister an unknown region", call("CudaSharedMemoryUnregister", { name: "nobody" })),
  caseOf("CUDA memory: unregister all", call("CudaSharedMemoryUnregister")),
  caseOf("CUDA memory: register", call("CudaSharedMemoryRegister", { name: "a", byteSize: "64" })),
];
