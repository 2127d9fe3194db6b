import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { sendUnaryData, ServerUnaryCall, ServiceError } from "@grpc/grpc-js";
import { GRPCInferenceServiceService } from "../../proto/inference/grpc_service.pb.ts";
import type { ModelInferRequest, ModelInferResponse } from "../../proto/inference/grpc_service.pb.ts";
import type { TlsIdentity } from "../../runtime/tls-identity.ts";

/** How a server of the tests answers ModelInfer. */
export type Answer = (call: ServerUnaryCall<ModelInferRequest, ModelInferResponse>, answer: sendUnaryData<ModelInferResponse>) => void;

export interface AnsweringServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
  /** Drops all connections and listens no more. */
  stop(): void;
}

export interface AnsweringOptions {
  readonly modelInfer: Answer;
  /** What ServerMetadata tells. */
  readonly name?: string;
  readonly version?: string;
  readonly modelReady?: () => boolean;
  /** 0 lets the system choose. */
  readonly port?: number;
  /** Speak TLS; with authorities, clients must have a certificate of theirs. */
  readonly tls?: TlsIdentity;
}

/** A real gRPC server that answers as a test tells, for what no model server can be made to do: overload, silence, wrong versions. */
export async function startAnswering(options: AnsweringOptions): Promise<AnsweringServer> {
  const server = new Server();
  server.addService(GRPCInferenceServiceService, {
    modelInfer: options.modelInfer,
    serverMetadata: unary(() => ({ name: options.name ?? "answering", version: options.version ?? "1", extensions: [] })),
    modelReady: unary(() => ({ ready: options.modelReady?.() ?? true })),
    serverLive: unary(() => ({ live: true })),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentialsOf(options), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const stop = () => server.forceShutdown();
  return { endpoint: `127.0.0.1:${port}`, port, stop, [Symbol.asyncDispose]: async () => await Promise.resolve(stop()) };
}

function credentialsOf({ tls }: AnsweringOptions): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { ca = null, cert = Buffer.alloc(0), key = Buffer.alloc(0) } = tls;
  return ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], ca !== null);
}

function unary<R>(answer: () => R) {
  return (_: unknown, send: (error: ServiceError | null, value: R) => void) => send(null, answer());
}

/** A response with one FP32 output of four bytes; `id` tells which server gave it. */
export function responseOf(change: Partial<ModelInferResponse> = {}): ModelInferResponse {
  return {
    modelName: "m",
    modelVersion: "1",
    id: "",
    parameters: {},
    outputs: [{ name: "y", datatype: "FP32", shape: [1n], parameters: {}, contents: undefined }],
    rawOutputContents: [Buffer.alloc(4)],
    ...change,
  };
}
