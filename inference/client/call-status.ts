import { constants } from "node:http2";
import type { IncomingHttpHeaders } from "node:http2";
import { CODES } from "../../runtime/error.ts";

/** How a call over our own HTTP/2 connection ended when it gave no message. */
export interface CallStatus {
  /** gRPC's number. */
  readonly code: number;
  /** The server's text; may quote the input, so it is for logs only. */
  readonly details: string;
  /** The connection failed or refused the stream: the model server has not answered, another one may be asked. */
  readonly connectionLost: boolean;
}

/** HTTP statuses of proxies that speak no gRPC (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md). */
const CODE_BY_HTTP_STATUS: Readonly<Record<number, number>> = {
  400: CODES.INTERNAL,
  401: CODES.UNAUTHENTICATED,
  403: CODES.PERMISSION_DENIED,
  404: CODES.UNIMPLEMENTED,
  429: CODES.UNAVAILABLE,
  502: CODES.UNAVAILABLE,
  503: CODES.UNAVAILABLE,
  504: CODES.UNAVAILABLE,
};

const CODE_BY_RESET: Readonly<Record<number, number>> = {
  [constants.NGHTTP2_REFUSED_STREAM]: CODES.UNAVAILABLE,
  [constants.NGHTTP2_CANCEL]: CODES.CANCELLED,
  [constants.NGHTTP2_ENHANCE_YOUR_CALM]: CODES.RESOURCE_EXHAUSTED,
  [constants.NGHTTP2_INADEQUATE_SECURITY]: CODES.PERMISSION_DENIED,
};

/** The status in the trailers, or in headers that are the whole answer; undefined when there is none. 0 is OK. */
export function statusOfTrailers(trailers: IncomingHttpHeaders): CallStatus | undefined {
  const text = trailers["grpc-status"];
  if (typeof text !== "string") return undefined;
  const code = /^\d{1,2}$/.test(text) ? Number(text) : CODES.UNKNOWN;
  const message = trailers["grpc-message"];
  return { code, details: typeof message === "string" ? percentDecoded(message) : "", connectionLost: false };
}

/** The status of an answer that is no gRPC; undefined when it is. */
export function statusOfHeaders(headers: IncomingHttpHeaders & { readonly ":status"?: number | undefined }): CallStatus | undefined {
  const http = headers[":status"];
  const type = headers["content-type"];
  if (http === 200 && type?.startsWith("application/grpc") === true) return undefined;
  const code = http === 200 ? CODES.UNKNOWN : (CODE_BY_HTTP_STATUS[http ?? 0] ?? CODES.UNKNOWN);
  return { code, details: `HTTP ${http ?? "without a status"}, ${type ?? "no content type"}`, connectionLost: false };
}

/** The status of a stream that closed without trailers. */
export function statusOfClose(reset: number, sessionDestroyed: boolean): CallStatus {
  if (sessionDestroyed) return lostConnection("the connection closed before the answer");
  const code = CODE_BY_RESET[reset] ?? CODES.INTERNAL;
  return { code, details: `the stream was reset with ${reset}`, connectionLost: reset === constants.NGHTTP2_REFUSED_STREAM };
}

/** UNAVAILABLE because the model server cannot be reached. */
export function lostConnection(details: string): CallStatus {
  return { code: CODES.UNAVAILABLE, details, connectionLost: true };
}

function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A server that sends a bare percent sign must not cost us its text.
    return text;
  }
}
