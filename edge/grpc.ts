import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { IntakeServiceClient, IntakeServiceService } from "../proto/intake/v1/intake.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import { capMetadata } from "./grpc-metadata-cap.ts";
import { createIntakeService } from "./grpc-service.ts";
import { MAX_CHUNK_BYTES } from "./grpc-submit.ts";
import { raiseReceiveWindows } from "../runtime/grpc-windows.ts";
import type { ListenAddress, PortParts, ServingPort } from "./port-parts.ts";

/** Largest message in bytes: one chunk and its framing. */
const MAX_MESSAGE_BYTES = MAX_CHUNK_BYTES + 4 * 1024;
/** Calls of one connection at a time. */
const MAX_STREAMS = 128;
/** Pings find dead peers, in milliseconds. */
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
/** Connections are renewed after an hour, so that load spreads and a drip-fed one ends, in milliseconds. */
const MAX_CONNECTION_AGE_MS = 3_600_000;
const MAX_CONNECTION_IDLE_MS = 300_000;

/** Serves IntakeService and grpc.health.v1 on `host:port`; port 0 lets the system choose. */
export async function startGrpc(parts: PortParts, address: ListenAddress): Promise<ServingPort> {
  const { limits, log } = parts;
  const server = new Server({
    interceptors: [capMetadata],
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    "grpc.keepalive_time_ms": KEEPALIVE_MS,
    "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
    "grpc.max_connection_age_ms": MAX_CONNECTION_AGE_MS,
    "grpc.max_connection_age_grace_ms": limits.uploadDeadlineMs,
    "grpc.max_connection_idle_ms": MAX_CONNECTION_IDLE_MS,
  });
  const cutOff = new AbortController();
  const health = new HealthImplementation({ "": "SERVING", [IntakeServiceClient.serviceName]: "SERVING" });
  health.addToServer(server);
  server.addService(IntakeServiceService, createIntakeService(parts, cutOff.signal));
  const port = await bind(server, address);
  if (!raiseReceiveWindows(server)) log.warn("grpc.windows_not_raised", { component: "grpc" });
  return {
    port,
    stop: async () => {
      health.setStatus("", "NOT_SERVING");
      health.setStatus(IntakeServiceClient.serviceName, "NOT_SERVING");
      await drain(server, limits.drainMs);
      cutOff.abort(new PayerHubError("UNAVAILABLE", "receiving an upload: the gateway is stopping, it must be sent again"));
      server.forceShutdown();
    },
  };
}

async function bind(server: Server, address: ListenAddress): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.bindAsync(`${address.host}:${address.port}`, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(PayerHubError.from(error, { code: "UNAVAILABLE", attempted: `listening on "${address.host}:${address.port}" for gRPC` }));
    });
  });
}

/** `tryShutdown` waits for the last call without a limit of its own. */
async function drain(server: Server, limitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  server.tryShutdown(() => resolve());
  await promise;
  clearTimeout(timer);
}
