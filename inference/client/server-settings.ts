import type {
  CudaSharedMemoryStatusResponse_RegionStatus,
  GRPCInferenceServiceClient,
  LogSettingsRequest_SettingValue,
  LogSettingsResponse_SettingValue,
  SystemSharedMemoryStatusResponse_RegionStatus,
} from "../../proto/inference/grpc_service.pb.ts";
import type { CallOptions } from "./call-options.ts";
import type { createAsk } from "./control-calls.ts";

/** Value of a log setting. */
export type LogSetting = boolean | number | string;

/** What a server can be told and asked about itself. UNIMPLEMENTED or UNAVAILABLE from a server built without it. */
export interface ServerSettings {
  /** All settings after `update` was taken; an empty list sets a setting back to its default. Absent model: the server's own. */
  traceSettings(
    call: CallOptions & { readonly model?: string; readonly update?: Readonly<Record<string, readonly string[]>> },
  ): Promise<Readonly<Record<string, readonly string[]>>>;
  /** All settings after `update` was taken. Numbers are unsigned 32-bit integers. */
  logSettings(
    call: CallOptions & { readonly update?: Readonly<Record<string, LogSetting>> },
  ): Promise<Readonly<Record<string, LogSetting>>>;
  /** Registered regions by name. This client registers none: client shared memory is how model servers were taken over. */
  systemSharedMemory(call: CallOptions): Promise<Readonly<Record<string, SystemSharedMemoryStatusResponse_RegionStatus>>>;
  cudaSharedMemory(call: CallOptions): Promise<Readonly<Record<string, CudaSharedMemoryStatusResponse_RegionStatus>>>;
}

type Valued<V> = { readonly settings: Readonly<Record<string, V>> };
type Regions<R> = { readonly regions: Readonly<Record<string, R>> };

export function createServerSettings(service: GRPCInferenceServiceClient, ask: ReturnType<typeof createAsk>): ServerSettings {
  return {
    traceSettings: async (call) => {
      const settings = mapped(call.update ?? {}, (value) => ({ value }));
      const request = { settings, modelName: call.model ?? "" };
      const answer = await ask<Valued<{ readonly value: readonly string[] }>>("setting the model server's tracing", call, (...rest) =>
        service.traceSetting(request, ...rest),
      );
      return mapped(answer.settings, ({ value }) => value);
    },
    logSettings: async (call) => {
      const request = { settings: mapped(call.update ?? {}, toLogSetting) };
      const answer = await ask<Valued<LogSettingsResponse_SettingValue>>("setting the model server's log", call, (...rest) =>
        service.logSettings(request, ...rest),
      );
      return mapped(answer.settings, ofLogSetting);
    },
    systemSharedMemory: async (call) =>
      (
        await ask<Regions<SystemSharedMemoryStatusResponse_RegionStatus>>("listing shared memory", call, (...rest) =>
          service.systemSharedMemoryStatus({ name: "" }, ...rest),
        )
      ).regions,
    cudaSharedMemory: async (call) =>
      (
        await ask<Regions<CudaSharedMemoryStatusResponse_RegionStatus>>("listing the accelerators' shared memory", call, (...rest) =>
          service.cudaSharedMemoryStatus({ name: "" }, ...rest),
        )
      ).regions,
  };
}

function toLogSetting(value: LogSetting): LogSettingsRequest_SettingValue {
  if (typeof value === "boolean") return { parameterChoice: { $case: "boolParam", boolParam: value } };
  if (typeof value === "number") return { parameterChoice: { $case: "uint32Param", uint32Param: value } };
  return { parameterChoice: { $case: "stringParam", stringParam: value } };
}

function ofLogSetting({ parameterChoice: choice }: LogSettingsResponse_SettingValue): LogSetting {
  if (choice?.$case === "boolParam") return choice.boolParam;
  if (choice?.$case === "uint32Param") return choice.uint32Param;
  return choice?.stringParam ?? "";
}

function mapped<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
