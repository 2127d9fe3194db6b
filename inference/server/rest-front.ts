import fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import type { Code } from "../../runtime/error.ts";
import { infer } from "./infer.ts";
import type { Models } from "./models.ts";
import { prometheusText } from "./prometheus.ts";
import { readRestRequest, writeRestResponse } from "./rest-infer.ts";
import type { InferenceService } from "./service.ts";
import { snakeJson } from "./snake-json.ts";

/** Longest that one request may take, in milliseconds. */
const REQUEST_DEADLINE_MS = 120_000;
/** JSON's length in bytes when binary data follows it (KServe's binary tensor data extension). */
const HEADER_LENGTH = "inference-header-content-length";

export interface RestFrontOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly maxMessageBytes: number;
  readonly service: InferenceService;
  readonly models: Models;
  /** Ends with the server. */
  readonly signal: AbortSignal;
}

/** HTTP's status of an error, as Triton has it. */
const STATUS: Readonly<Partial<Record<Code, number>>> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 413,
  CANCELLED: 499,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/**
 * KServe's v2 protocol over HTTP for people with curl, and `/metrics` for Prometheus, on one port. UNAVAILABLE when the port
 * is taken.
 */
export async function startRestFront(options: RestFrontOptions): Promise<{ readonly port: number; close(): Promise<void> }> {
  const app = fastify({ bodyLimit: options.maxMessageBytes, requestTimeout: REQUEST_DEADLINE_MS, forceCloseConnections: "idle" });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler(async (error, _request, reply) => await fail(reply, error));
  app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send({ error: "Not Found" }));
  serverRoutes(app, options);
  modelRoutes(app, options);
  repositoryRoutes(app, options);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (cause) {
    await app.close();
    throw new PayerHubError("UNAVAILABLE", `binding port "${options.host}:${options.port}": the system refused it, it must be free`, {
      cause,
    });
  }
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return { port, close: async () => await app.close() };
}

async function fail(reply: FastifyReply, caught: unknown): Promise<void> {
  // Fastify's own errors, a body that is too large for one, carry their status.
  const own = z.object({ statusCode: z.int().min(400).max(499), message: z.string() }).safeParse(caught);
  if (own.success) return await reply.code(own.data.statusCode).send({ error: own.data.message });
  const error = PayerHubError.from(caught, { attempted: "answering a request" });
  await reply.code(STATUS[error.code] ?? 500).send({ error: error.message });
}

function serverRoutes(app: FastifyInstance, { service, models }: RestFrontOptions): void {
  app.get("/v2", async () => service.metadata());
  app.get("/v2/health/live", async (_request, reply) => await reply.code(200).send());
  app.get("/v2/health/ready", async (_request, reply) => await reply.code(service.ready() ? 200 : 400).send());
  app.get("/v2/logging", async () => flatSettings(service.settings.log({ settings: {} }).settings));
  app.get("/metrics", async (_request, reply) => await reply.type("text/plain; version=0.0.4").send(prometheusText(models.loaded())));
}

function flatSettings(settings: Readonly<Record<string, { readonly parameterChoice: object | undefined }>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, { parameterChoice = {} }]) => [
      name,
      Object.entries(parameterChoice).find(([key]) => key !== "$case")?.[1],
    ]),
  );
}

const paramsSchema = z.object({ name: z.string(), version: z.string().default("") });

function modelRoutes(app: FastifyInstance, options: RestFrontOptions): void {
  const { service, models } = options;
  const named = (request: FastifyRequest) => paramsSchema.parse(request.params);
  app.get("/v2/models/stats", async () => snakeJson(service.statistics({ name: "", version: "" })));
  for (const base of ["/v2/models/:name", "/v2/models/:name/versions/:version(^\\d+$)"]) {
    app.get(base, async (request) => snakeJson(service.modelMetadata(named(request))));
    app.get(`${base}/ready`, async (request, reply) => {
      if (service.modelReady(named(request))) return await reply.code(200).send();
      return await reply.code(400).send({ error: "Model version not ready" });
    });
    app.get(`${base}/config`, async (request) => service.modelConfigJson(named(request)));
    app.get(`${base}/stats`, async (request) => snakeJson(service.statistics(named(request))));
    app.post(`${base}/infer`, async (request, reply) => {
      // An unknown model before a body that cannot be read, as in Triton.
      models.resolve(named(request).name, named(request).version);
      await answerInfer(request, reply, options);
    });
  }
}

async function answerInfer(request: FastifyRequest, reply: FastifyReply, { models, signal }: RestFrontOptions): Promise<void> {
  const header = request.headers[HEADER_LENGTH];
  if (header !== undefined && !/^\d{1,10}$/.test(String(header)))
    throw new PayerHubError("INVALID_ARGUMENT", `reading header "${HEADER_LENGTH}": it is no length, it must be`);
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const model = paramsSchema.parse(request.params);
  const read = readRestRequest(body, model, header === undefined ? undefined : Number(header));
  const gone = new AbortController();
  request.raw.on("close", () => void (reply.raw.writableEnded || gone.abort()));
  const response = await infer(models, read.request, AbortSignal.any([gone.signal, signal]));
  const { body: answer, headerBytes } = writeRestResponse(response, read.isBinary);
  if (headerBytes !== undefined) reply.header("Inference-Header-Content-Length", headerBytes);
  await reply.type(headerBytes === undefined ? "application/json" : "application/octet-stream").send(answer);
}

const loadSchema = z.object({ parameters: z.object({ config: z.string().optional() }).optional() });

function repositoryRoutes(app: FastifyInstance, { service, signal }: RestFrontOptions): void {
  const nameOf = (request: FastifyRequest) => z.object({ name: z.string() }).parse(request.params).name;
  app.post("/v2/repository/index", async () => {
    const { models } = await service.index({ repositoryName: "", ready: false });
    return models.map((entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== "")));
  });
  app.post("/v2/repository/models/:name/load", async (request, reply) => {
    const text = Buffer.isBuffer(request.body) ? request.body.toString() : "";
    const config = text === "" ? undefined : parseLoad(text).parameters?.config;
    const parameters = config === undefined ? {} : { config: { parameterChoice: { $case: "stringParam" as const, stringParam: config } } };
    await service.load({ repositoryName: "", modelName: nameOf(request), parameters }, signal);
    await reply.code(200).send();
  });
  app.post("/v2/repository/models/:name/unload", async (request, reply) => {
    await service.unload({ repositoryName: "", modelName: nameOf(request), parameters: {} });
    await reply.code(200).send();
  });
}

function parseLoad(text: string): z.infer<typeof loadSchema> {
  try {
    return loadSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PayerHubError("INTERNAL", "reading a load request: its JSON cannot be read, it must be an object", { cause });
  }
}
