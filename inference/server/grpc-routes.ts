import type { MessageFns } from "../../proto/inference/grpc_service.pb.ts";
import * as pb from "../../proto/inference/grpc_service.pb.ts";
import { HealthCheckRequest, HealthCheckResponse } from "../../proto/inference/health.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { decodeInferRequest } from "../wire/infer-request.ts";
import { encodeInferResponsePieces } from "../wire/infer-response.ts";
import type { GrpcCall, GrpcRoute } from "./grpc-exchange.ts";
import { framed } from "./grpc-frame.ts";
import type { HealthBoard } from "./health.ts";
import { infer } from "./infer.ts";
import type { Models } from "./models.ts";
import type { InferenceService } from "./service.ts";
import { streamInfer } from "./stream.ts";

/** Outputs from here on are sent from where they lie, in bytes; copying a smaller one costs less than another write. */
const COPY_BELOW_BYTES = 16 * 1024;

export interface RouteOptions {
  readonly service: InferenceService;
  readonly models: Models;
  readonly health: HealthBoard;
}

/** Every call of Triton's service and of gRPC's health service, by path. */
export function grpcRoutes({ service, models, health }: RouteOptions): ReadonlyMap<string, GrpcRoute> {
  const isLoaded = (name: string) => models.loaded().some(({ config }) => config.name === name);
  const calls: Readonly<Record<string, GrpcRoute>> = {
    ServerLive: unary(pb.ServerLiveRequest, pb.ServerLiveResponse, () => ({ live: true })),
    ServerReady: unary(pb.ServerReadyRequest, pb.ServerReadyResponse, () => ({ ready: service.ready() })),
    ModelReady: unary(pb.ModelReadyRequest, pb.ModelReadyResponse, (request) => ({ ready: service.modelReady(request) })),
    ServerMetadata: unary(pb.ServerMetadataRequest, pb.ServerMetadataResponse, () => service.metadata()),
    ModelMetadata: unary(pb.ModelMetadataRequest, pb.ModelMetadataResponse, (request) => service.modelMetadata(request)),
    ModelInfer: {
      unary: async (message, { signal }) =>
        encodeInferResponsePieces(await infer(models, parse(decodeInferRequest, message), signal), COPY_BELOW_BYTES),
    },
    ModelStreamInfer: { streaming: (peer) => streamInfer(peer, models) },
    ModelConfig: unary(pb.ModelConfigRequest, pb.ModelConfigResponse, (request) => service.modelConfig(request)),
    ModelStatistics: unary(pb.ModelStatisticsRequest, pb.ModelStatisticsResponse, (request) => service.statistics(request)),
    RepositoryIndex: unary(pb.RepositoryIndexRequest, pb.RepositoryIndexResponse, async (request) => await service.index(request)),
    RepositoryModelLoad: unary(
      pb.RepositoryModelLoadRequest,
      pb.RepositoryModelLoadResponse,
      async (request, { signal }) => await service.load(request, signal),
    ),
    RepositoryModelUnload: unary(
      pb.RepositoryModelUnloadRequest,
      pb.RepositoryModelUnloadResponse,
      async (request) => await service.unload(request),
    ),
    TraceSetting: unary(pb.TraceSettingRequest, pb.TraceSettingResponse, (request) => service.settings.trace(request, isLoaded)),
    LogSettings: unary(pb.LogSettingsRequest, pb.LogSettingsResponse, (request) => service.settings.log(request)),
    ...sharedMemoryRoutes(),
  };
  const routes = Object.entries(calls).map(([name, route]) => [`/inference.GRPCInferenceService/${name}`, route] as const);
  return new Map([
    ...routes,
    ["/grpc.health.v1.Health/Check", unary(HealthCheckRequest, HealthCheckResponse, () => ({ status: health.status() }))],
    ["/grpc.health.v1.Health/Watch", { streaming: (peer) => health.watch(peer) }],
  ]);
}

/** Nobody can register a region, so there is none: status is empty, an unknown name is not found, and forgetting one is done already. */
function sharedMemoryRoutes(): Readonly<Record<string, GrpcRoute>> {
  const status = ({ name }: { readonly name: string }) => {
    if (name === "") return { regions: {} };
    throw new PayerHubError("NOT_FOUND", `finding shared-memory region "${name}": it is not registered`);
  };
  const register = () => {
    throw new PayerHubError("UNIMPLEMENTED", "registering shared memory: it is not offered here, tensors must be in the message");
  };
  return {
    SystemSharedMemoryStatus: unary(pb.SystemSharedMemoryStatusRequest, pb.SystemSharedMemoryStatusResponse, status),
    SystemSharedMemoryRegister: unary(pb.SystemSharedMemoryRegisterRequest, pb.SystemSharedMemoryRegisterResponse, register),
    SystemSharedMemoryUnregister: unary(pb.SystemSharedMemoryUnregisterRequest, pb.SystemSharedMemoryUnregisterResponse, () => ({})),
    CudaSharedMemoryStatus: unary(pb.CudaSharedMemoryStatusRequest, pb.CudaSharedMemoryStatusResponse, status),
    CudaSharedMemoryRegister: unary(pb.CudaSharedMemoryRegisterRequest, pb.CudaSharedMemoryRegisterResponse, register),
    CudaSharedMemoryUnregister: unary(pb.CudaSharedMemoryUnregisterRequest, pb.CudaSharedMemoryUnregisterResponse, () => ({})),
  };
}

type Reader<Q> = Pick<MessageFns<Q>, "decode">;
type Writer<R> = Pick<MessageFns<R>, "encode">;

function unary<Q, R>(request: Reader<Q>, response: Writer<R>, work: (request: Q, call: GrpcCall) => R | Promise<R>): GrpcRoute {
  return {
    unary: async (message, call) => [
      framed(
        response
          .encode(
            await work(
              parse((bytes) => request.decode(bytes), message),
              call,
            ),
          )
          .finish(),
      ),
    ],
  };
}

function parse<Q>(decode: (bytes: Buffer) => Q, message: Buffer): Q {
  try {
    return decode(message);
  } catch (cause) {
    // gRPC's own code for a message that cannot be read.
    throw new PayerHubError("INTERNAL", "reading a request: its bytes are no such message, they must be", { cause });
  }
}
