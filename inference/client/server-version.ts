import type { ServerMetadataResponse } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";

/** Refuses a Triton older than `minimum` with FAILED_PRECONDITION; other servers name versions of their own and pass. */
export function checkServerVersion(server: ServerMetadataResponse, minimum: string): void {
  if (server.name !== "triton" || atLeast(server.version, minimum)) return;
  throw new PayerHubError(
    "FAILED_PRECONDITION",
    `checking the model server "${server.name}": its version is ${server.version}, it must be at least ${minimum}`,
  );
}

function atLeast(version: string, minimum: string): boolean {
  const have = version.split(".").map(Number);
  for (const [index, wanted] of minimum.split(".").map(Number).entries()) {
    const part = have[index] ?? 0;
    if (!(part >= wanted)) return false;
    if (part > wanted) return true;
  }
  return true;
}
