import { EventEmitter } from "node:events";
import type { ServerHttp2Session } from "node:http2";
import type { Server } from "@grpc/grpc-js";

/**
 * HTTP/2 receive window of a stream and of a connection, in bytes. grpc-js leaves the protocol's 64 KiB, which holds one
 * connection to about 1 MB/s at a round trip of 50 ms; with 4 MiB the line is the limit.
 */
const RECEIVE_WINDOW_BYTES = 4 * 1024 * 1024;

type Session = Pick<ServerHttp2Session, "settings" | "setLocalWindowSize">;

/**
 * Raises the receive windows of all later connections of a bound server. grpc-js has no option for it, so this reaches for
 * its HTTP/2 servers by name; false when a new version hides them, in which case uploads work but crawl over long lines.
 */
export function raiseReceiveWindows(server: Server): boolean {
  const http2Servers: unknown = Reflect.get(server, "http2Servers");
  if (!(http2Servers instanceof Map) || http2Servers.size === 0) return false;
  for (const http2Server of http2Servers.keys()) {
    if (!(http2Server instanceof EventEmitter)) return false;
    http2Server.on("session", (session: unknown) => {
      if (!isSession(session)) return;
      session.settings({ initialWindowSize: RECEIVE_WINDOW_BYTES });
      session.setLocalWindowSize(RECEIVE_WINDOW_BYTES);
    });
  }
  return true;
}

function isSession(value: unknown): value is Session {
  return typeof value === "object" && value !== null && "settings" in value && "setLocalWindowSize" in value;
}
