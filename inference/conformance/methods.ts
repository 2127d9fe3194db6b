import * as pb from "../../proto/inference/grpc_service.pb.ts";
import type { MessageFns } from "../../proto/inference/grpc_service.pb.ts";
import { HealthCheckRequest, HealthCheckResponse } from "../../proto/inference/health.pb.ts";

/** One call of the protocol: where it is, and both messages between the wire and protobuf's JSON form. */
export interface MethodCodec {
  readonly path: string;
  toWire(json: unknown): Buffer;
  toJson(wire: Uint8Array): unknown;
}

type Message<T> = Pick<MessageFns<T>, "encode" | "decode" | "fromJSON" | "toJSON">;

function method<Q, R>(path: string, request: Message<Q>, response: Message<R>): MethodCodec {
  return {
    path,
    toWire: (json) => Buffer.from(request.encode(request.fromJSON(json)).finish()),
    toJson: (wire) => response.toJSON(response.decode(wire)),
  };
}

function inference<Q, R>(name: string, request: Message<Q>, response: Message<R>): MethodCodec {
  return method(`/inference.GRPCInferenceService/${name}`, request, response);
}

/** Every call that a vector may make. */
export const METHODS = {
  ServerLive: inference("ServerLive", pb.ServerLiveRequest, pb.ServerLiveResponse),
  ServerReady: inference("ServerReady", pb.ServerReadyRequest, pb.ServerReadyResponse),
  ModelReady: inference("ModelReady", pb.ModelReadyRequest, pb.ModelReadyResponse),
  ServerMetadata: inference("ServerMetadata", pb.ServerMetadataRequest, pb.ServerMetadataResponse),
  ModelMetadata: inference("ModelMetadata", pb.ModelMetadataRequest, pb.ModelMetadataResponse),
  ModelInfer: inference("ModelInfer", pb.ModelInferRequest, pb.ModelInferResponse),
  ModelStreamInfer: inference("ModelStreamInfer", pb.ModelInferRequest, pb.ModelStreamInferResponse),
  ModelConfig: inference("ModelConfig", pb.ModelConfigRequest, pb.ModelConfigResponse),
  ModelStatistics: inference("ModelStatistics", pb.ModelStatisticsRequest, pb.ModelStatisticsResponse),
  RepositoryIndex: inference("RepositoryIndex", pb.RepositoryIndexRequest, pb.RepositoryIndexResponse),
  RepositoryModelLoad: inference("RepositoryModelLoad", pb.RepositoryModelLoadRequest, pb.RepositoryModelLoadResponse),
  RepositoryModelUnload: inference("RepositoryModelUnload", pb.RepositoryModelUnloadRequest, pb.RepositoryModelUnloadResponse),
  SystemSharedMemoryStatus: inference("SystemSharedMemoryStatus", pb.SystemSharedMemoryStatusRequest, pb.SystemSharedMemoryStatusResponse),
  SystemSharedMemoryRegister: inference(
    "SystemSharedMemoryRegister",
    pb.SystemSharedMemoryRegisterRequest,
    pb.SystemSharedMemoryRegisterResponse,
  ),
  SystemSharedMemoryUnregister: inference(
    "SystemSharedMemoryUnregister",
    pb.SystemSharedMemoryUnregisterRequest,
    pb.SystemSharedMemoryUnregisterResponse,
  ),
  CudaSharedMemoryStatus: inference("CudaSharedMemoryStatus", pb.CudaSharedMemoryStatusRequest, pb.CudaSharedMemoryStatusResponse),
  CudaSharedMemoryRegister: inference("CudaSharedMemoryRegister", pb.CudaSharedMemoryRegisterRequest, pb.CudaSharedMemoryRegisterResponse),
  CudaSharedMemoryUnregister: inference(
    "CudaSharedMemoryUnregister",
    pb.CudaSharedMemoryUnregisterRequest,
    pb.CudaSharedMemoryUnregisterResponse,
  ),
  TraceSetting: inference("TraceSetting", pb.TraceSettingRequest, pb.TraceSettingResponse),
  LogSettings: inference("LogSettings", pb.LogSettingsRequest, pb.LogSettingsResponse),
  HealthCheck: method("/grpc.health.v1.Health/Check", HealthCheckRequest, HealthCheckResponse),
  Absent: inference("Absent", pb.ServerLiveRequest, pb.ServerLiveResponse),
} as const satisfies Record<string, MethodCodec>;

export type MethodName = keyof typeof METHODS;

export const METHOD_NAMES = Object.keys(METHODS) as MethodName[];
