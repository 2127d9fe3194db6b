import { HealthCheckResponse, HealthCheckResponse_ServingStatus } from "../../proto/inference/health.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { framed } from "./grpc-frame.ts";
import type { GrpcPeer } from "./grpc-exchange.ts";

/** Watchers at once; an orchestrator has one a server. */
const MAX_WATCHERS = 64;

/** The server's health by gRPC's health protocol. As in Triton, every service name gets the server's own. */
export interface HealthBoard {
  status(): HealthCheckResponse_ServingStatus;
  /** From now on the server does not serve; watchers are told. */
  stopServing(): void;
  /** Tells a watcher the status now and at every change. */
  watch(peer: GrpcPeer): { message(): void; ended(): void };
  /** Ends every watch. */
  close(): void;
}

export function createHealthBoard(): HealthBoard {
  const watchers = new Set<GrpcPeer>();
  let status: HealthCheckResponse_ServingStatus = HealthCheckResponse_ServingStatus.SERVING;
  const tell = (peer: GrpcPeer) => peer.send([framed(HealthCheckResponse.encode({ status }).finish())]);
  return {
    status: () => status,
    stopServing: () => {
      status = HealthCheckResponse_ServingStatus.NOT_SERVING;
      for (const peer of watchers) tell(peer);
    },
    watch: (peer) => ({
      message: () => {
        if (watchers.size >= MAX_WATCHERS)
          return peer.end(new PayerHubError("RESOURCE_EXHAUSTED", `watching the health: ${MAX_WATCHERS} watch, no more may`));
        watchers.add(peer);
        peer.signal.addEventListener("abort", () => watchers.delete(peer), { once: true });
        tell(peer);
      },
      // The client sends one message; the watch goes on.
      ended: () => {},
    }),
    close: () => {
      for (const peer of watchers) peer.end(new PayerHubError("UNAVAILABLE", "watching the health: the server stops"));
      watchers.clear();
    },
  };
}
