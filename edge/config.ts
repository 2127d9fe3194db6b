import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import { clientSchema } from "./clients.ts";
import { limitsSchema } from "./limits.ts";
import { DEFAULT_RELAY_PACE } from "./relay.ts";

const milliseconds = z.number().int().min(1).max(3_600_000);
const port = z.number().int().min(0).max(65_535);
const folder = z.string().min(1);

const inboxSchema = z.strictObject({
  folder,
  tenant: clientSchema.shape.tenant,
  sender: z.string().max(256).default("inbox"),
  afterAccept: z
    .discriminatedUnion("do", [
      z.strictObject({ do: z.literal("keep") }),
      z.strictObject({ do: z.literal("delete") }),
      z.strictObject({ do: z.literal("move"), folder }),
    ])
    .default({ do: "keep" }),
  pollMs: milliseconds.default(2_000),
  settleMs: milliseconds.default(2_000),
});

const edgeConfigSchema = z.strictObject({
  /** Loopback unless a deployment says otherwise. */
  host: z.string().min(1).default("127.0.0.1"),
  grpcPort: port.default(0),
  httpPort: port.default(0),
  /** Spool, staging, keys and the inbox journal live below it; one process alone may use it. */
  folder,
  tokens: z
    .strictObject({
      issuer: z.string().min(1).max(256).default("payerhub-edge"),
      audience: z.string().min(1).max(256).default("payerhub-intake"),
      /** At most 15 minutes. */
      lifetimeS: z.number().int().min(1).max(900).default(900),
    })
    .prefault({}),
  clients: z.array(clientSchema).max(10_000).default([]),
  limits: limitsSchema.prefault({}),
  relay: z
    .strictObject({
      retryMs: milliseconds.default(DEFAULT_RELAY_PACE.retryMs),
      maxRetryMs: milliseconds.default(DEFAULT_RELAY_PACE.maxRetryMs),
      receiptMs: milliseconds.default(DEFAULT_RELAY_PACE.receiptMs),
      maxReceiptMs: milliseconds.default(DEFAULT_RELAY_PACE.maxReceiptMs),
      republishMs: milliseconds.default(DEFAULT_RELAY_PACE.republishMs),
    })
    .prefault({}),
  inbox: inboxSchema.optional(),
});

/** The gateway's configuration, complete and checked. */
export type EdgeConfig = Readonly<z.infer<typeof edgeConfigSchema>>;

/** What a caller may leave out is defaulted. */
export type EdgeConfigInput = z.input<typeof edgeConfigSchema>;

/** Checks and completes a configuration. Throws INVALID_ARGUMENT naming what is wrong. */
export function edgeConfig(input: EdgeConfigInput): EdgeConfig {
  const parsed = edgeConfigSchema.safeParse(input);
  if (parsed.success) return Object.freeze(parsed.data);
  throw invalid(parsed.error);
}

const number = z.coerce.number();

const environmentSchema = z.object({
  EDGE_HOST: z.string().optional(),
  EDGE_GRPC_PORT: number.default(7_443),
  EDGE_HTTP_PORT: number.default(7_080),
  /** JSON file: a list of clients with hashed secrets. */
  EDGE_CLIENTS_FILE: z.string().optional(),
  EDGE_TOKEN_ISSUER: z.string().optional(),
  EDGE_TOKEN_AUDIENCE: z.string().optional(),
  EDGE_TOKEN_LIFETIME_S: number.optional(),
  EDGE_MAX_BYTES: number.optional(),
  EDGE_MAX_UPLOADS: number.optional(),
  EDGE_MAX_SPOOL_ENTRIES: number.optional(),
  EDGE_IDLE_MS: number.optional(),
  EDGE_DRAIN_MS: number.optional(),
  EDGE_INBOX: z.string().optional(),
  EDGE_INBOX_TENANT: z.string().optional(),
  NATS_URL: z.string().default("nats://127.0.0.1:4222"),
  NATS_TOKEN: z.string().optional(),
  OBJECTS_URL: z.string().optional(),
  /** Folder for what must stay on this machine: root key, spool, signing key. */
  PAYERHUB_HOME: z.string().default(".payerhub"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** What the process `edge/main.ts` runs with. */
export interface EdgeProcessConfig {
  readonly edge: EdgeConfig;
  readonly natsUrl: string;
  readonly natsToken: string | undefined;
  readonly objectsUrl: string;
  /** Folder for what must stay on this machine. */
  readonly home: string;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** Reads the environment. Throws INVALID_ARGUMENT naming the variable that is wrong. */
export function edgeConfigFrom(environment: Readonly<Record<string, string | undefined>> = process.env): EdgeProcessConfig {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw invalid(parsed.error);
  const env = parsed.data;
  const home = resolve(env.PAYERHUB_HOME);
  const input = {
    host: env.EDGE_HOST,
    grpcPort: env.EDGE_GRPC_PORT,
    httpPort: env.EDGE_HTTP_PORT,
    folder: join(home, "edge"),
    tokens: { issuer: env.EDGE_TOKEN_ISSUER, audience: env.EDGE_TOKEN_AUDIENCE, lifetimeS: env.EDGE_TOKEN_LIFETIME_S },
    clients: env.EDGE_CLIENTS_FILE === undefined ? [] : readClients(env.EDGE_CLIENTS_FILE),
    limits: {
      maxBytes: env.EDGE_MAX_BYTES,
      maxUploads: env.EDGE_MAX_UPLOADS,
      maxSpoolEntries: env.EDGE_MAX_SPOOL_ENTRIES,
      idleMs: env.EDGE_IDLE_MS,
      drainMs: env.EDGE_DRAIN_MS,
    },
    ...(env.EDGE_INBOX === undefined ? {} : { inbox: { folder: env.EDGE_INBOX, tenant: env.EDGE_INBOX_TENANT } }),
  };
  const edge = edgeConfigSchema.safeParse(input);
  if (!edge.success) throw invalid(edge.error);
  return Object.freeze({
    edge: Object.freeze(edge.data),
    natsUrl: env.NATS_URL,
    natsToken: env.NATS_TOKEN,
    objectsUrl: env.OBJECTS_URL ?? `file://${join(home, "objects")}`,
    home,
    logLevel: env.LOG_LEVEL,
  });
}

function readClients(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (caught) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading the clients file "${path}": it is missing or no JSON, it must be a list of clients`,
      {
        cause: caught,
      },
    );
  }
}

function invalid(error: z.ZodError): PayerHubError {
  const names = error.issues.map((issue) => `${issue.path.join(".")} (${issue.message})`).join(", ");
  return new PayerHubError("INVALID_ARGUMENT", `reading the gateway's configuration: "${names}" is wrong, it must follow the schema`);
}
