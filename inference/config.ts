import { z } from "zod";
import { SHIPPED_MODELS } from "./models/repository.ts";

/** Largest message either way: a batch of 64 page tensors of 602 KB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const path = z.string().min(1).max(4_096);

export const inferenceConfigSchema = z.strictObject({
  /** Loopback unless said otherwise: the protocol has no authentication. */
  host: z.string().default("127.0.0.1"),
  /** 0 lets the system choose. */
  port: z.int().min(0).max(65_535).default(0),
  /** Port of HTTP (KServe v2) and `/metrics`; 0 lets the system choose, absent leaves them out. */
  httpPort: z.int().min(0).max(65_535).optional(),
  /** Certificate and key with which gRPC speaks TLS, and the authorities that clients' certificates must come from. */
  tls: z.strictObject({ certFile: path, keyFile: path, caFile: path.exactOptional() }).optional(),
  repository: z.string().default(SHIPPED_MODELS),
  maxMessageBytes: z.int().positive().default(MAX_MESSAGE_BYTES),
  /** Refuse what Triton lets pass beyond the protocol: surplus raw buffers, BYTES lengths beyond the data. */
  strict: z.boolean().default(false),
  /** Models that are loaded at the start; default every one that the repository holds. */
  models: z.array(z.string()).readonly().optional(),
  version: z.string().default("0.1.0"),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** How the embedded model server runs; every key has a default. */
export type InferenceConfig = Readonly<z.infer<typeof inferenceConfigSchema>>;

/** Reads the environment of `inference/main.ts`; throws a ZodError that names what is malformed. */
export function inferenceConfigFrom(env: Readonly<Record<string, string | undefined>> = process.env): InferenceConfig {
  const [certFile, keyFile, caFile] = [env["INFERENCE_CERT_FILE"], env["INFERENCE_KEY_FILE"], env["INFERENCE_CLIENT_CA_FILE"]];
  const secure = certFile !== undefined || keyFile !== undefined || caFile !== undefined;
  // HTTP is plain, so that beside TLS it is there only for those who ask for it.
  const usualHttpPort = secure ? undefined : 8_000;
  return Object.freeze(
    inferenceConfigSchema.parse({
      host: env["INFERENCE_HOST"],
      port: env["INFERENCE_PORT"] === undefined ? 8_001 : Number(env["INFERENCE_PORT"]),
      httpPort: env["INFERENCE_HTTP_PORT"] === undefined ? usualHttpPort : Number(env["INFERENCE_HTTP_PORT"]),
      ...(secure ? { tls: { certFile, keyFile, ...(caFile === undefined ? {} : { caFile }) } } : {}),
      repository: env["MODEL_REPOSITORY"],
      strict: env["INFERENCE_STRICT"] === "true",
      logLevel: env["LOG_LEVEL"],
    }),
  );
}
