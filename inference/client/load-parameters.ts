import type { ModelRepositoryParameter } from "../../proto/inference/grpc_service.pb.ts";

/** What a load may override of the repository, in memory only. */
export interface LoadOptions {
  /** The model's configuration as JSON, instead of its `config.pbtxt`. Triton demands it when files are given. */
  readonly config?: string;
  /** Files by `<version>/<name>`, for example `1/model.onnx`, instead of the repository's. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** The overrides in the protocol's words. */
export function loadParameters({ config, files }: LoadOptions): Record<string, ModelRepositoryParameter> {
  const parameters: Record<string, ModelRepositoryParameter> = {};
  if (config !== undefined) parameters["config"] = { parameterChoice: { $case: "stringParam", stringParam: config } };
  for (const [path, bytes] of Object.entries(files ?? {})) {
    const bytesParam = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    parameters[`file:${path}`] = { parameterChoice: { $case: "bytesParam", bytesParam } };
  }
  return parameters;
}
