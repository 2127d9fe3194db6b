import type { AddressInfo } from "node:net";
import multipart from "@fastify/multipart";
import rateLimit from "@fastify/rate-limit";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { PayerHubError } from "../runtime/error.ts";
import { originOf } from "../runtime/log.ts";
import type { Clients } from "./clients.ts";
import { addStatusRoute } from "./http-status.ts";
import { addTokenRoute } from "./http-token.ts";
import { addUploadRoute } from "./http-upload.ts";
import type { ListenAddress, PortParts, ServingPort } from "./port-parts.ts";
import { problemOf } from "./problem.ts";

/** Largest body that is not a streamed upload, in bytes. */
const MAX_BODY_BYTES = 16 * 1024;
/** Largest request headers, in bytes. */
const MAX_HEADER_BYTES = 8 * 1024;
/** Open connections at a time; each costs a few kilobytes. */
const MAX_CONNECTIONS = 1_024;
/** How often the server looks for connections that are past their time, in milliseconds. */
const MAX_CHECK_INTERVAL_MS = 1_000;
/** A connection between requests, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

export interface HttpParts extends PortParts {
  readonly clients: Clients;
  /** False turns `/ready` into 503. */
  isReady(): boolean;
}

/** Serves the HTTP API on `host:port`; port 0 lets the system choose. */
export async function startHttp(parts: HttpParts, address: ListenAddress): Promise<ServingPort> {
  const app = createServer(parts);
  const cutOff = new AbortController();
  await app.register(rateLimit, { max: parts.limits.requestsPerMinute, timeWindow: "1 minute" });
  await app.register(multipart, { throwFileSizeLimit: false });
  app.setErrorHandler(async (error, request, reply) => await refuse(error, request, { reply, parts }));
  app.setNotFoundHandler(() => {
    throw new PayerHubError("NOT_FOUND", "finding a route: there is none for this method and path, it must be one of the API");
  });
  addTokenRoute(app, { clients: parts.clients, tokens: parts.tokens, tokensPerMinute: parts.limits.tokensPerMinute });
  addUploadRoute(app, parts, cutOff.signal);
  addStatusRoute(app, parts, cutOff.signal);
  addHealthRoutes(app, parts);
  await listen(app, address);
  return { port: portOf(app), stop: async () => await drain(app, cutOff, parts.limits.drainMs) };
}

function createServer({ limits }: HttpParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: limits.uploadDeadlineMs,
    // Only a last resort: the idle limit of an upload and the headers' deadline answer before the socket is closed.
    connectionTimeout: limits.uploadDeadlineMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    http: {
      headersTimeout: Math.min(limits.headersMs, limits.uploadDeadlineMs),
      connectionsCheckingInterval: Math.min(MAX_CHECK_INTERVAL_MS, limits.headersMs),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  return app;
}

function addHealthRoutes(app: FastifyInstance, parts: HttpParts): void {
  app.get("/health", () => ({ status: "ok" }));
  app.get("/ready", async (_request, reply) => await reply.code(parts.isReady() ? 200 : 503).send({ ready: parts.isReady() }));
}

async function refuse(
  error: unknown,
  request: FastifyRequest,
  { reply, parts }: { readonly reply: FastifyReply; readonly parts: HttpParts },
): Promise<FastifyReply> {
  const { problem, headers } = problemOf(error);
  const origin = originOf(error instanceof PayerHubError ? (error.cause ?? error) : error);
  parts.log.warn("http.refused", { code: problem.code, origin });
  // The rest of a refused body is not worth reading: the connection ends with the answer.
  if (!request.raw.complete) void reply.header("connection", "close");
  return await reply
    .code(problem.status)
    .headers(headers)
    .type("application/problem+json")
    .send(Buffer.from(JSON.stringify(problem)));
}

async function listen(app: FastifyInstance, address: ListenAddress): Promise<void> {
  try {
    await app.listen({ host: address.host, port: address.port });
  } catch (caught) {
    await app.close();
    throw PayerHubError.from(caught, { code: "UNAVAILABLE", attempted: `listening on "${address.host}:${address.port}" for HTTP` });
  }
}

function portOf(app: FastifyInstance): number {
  const address: AddressInfo | string | null = app.server.address();
  if (address === null || typeof address === "string")
    throw new PayerHubError("INTERNAL", "listening for HTTP: there is no TCP address, there must be one");
  return address.port;
}

/** Stops accepting, gives running requests the drain limit, then cuts them off. */
async function drain(app: FastifyInstance, cutOff: AbortController, limitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  app.server.close(() => resolve());
  app.server.closeIdleConnections();
  const timer = setTimeout(resolve, limitMs);
  await promise;
  clearTimeout(timer);
  cutOff.abort(new PayerHubError("UNAVAILABLE", "receiving an upload: the gateway is stopping, it must be sent again"));
  await app.close();
}
