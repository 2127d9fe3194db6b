import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { z } from "zod";
import { inferenceClientFrom, inferenceClientSchema } from "../inference/client/config.ts";
import { SHIPPED_MODELS } from "../inference/models/repository.ts";

/** 0 lets the system choose. */
const port = z.coerce.number().int().min(0).max(65_535).default(0);

/** How `payerhub up` and `npm start` run; everything has an embedded default. */
const upConfigSchema = z.strictObject({
  home: z.string(),
  natsUrl: z.string().optional(),
  natsToken: z.string(),
  natsServerBinary: z.string().default("nats-server"),
  storeUrl: z.string(),
  objectsUrl: z.string(),
  /** Object store of the model registry. */
  modelsUrl: z.string(),
  tritonEndpoint: z.string().optional(),
  inferenceClient: inferenceClientSchema,
  ocrEngine: z.enum(["auto", "tesseract", "tesseract.js"]).default("auto"),
  ocrRecognizer: z.enum(["on", "off"]).default("on"),
  textModels: z.enum(["on", "off"]).default("on"),
  modelRepository: z.string().min(1).default(SHIPPED_MODELS),
  tesseract: z.string().min(1).optional(),
  tenant: z.string().default("demo"),
  hub: z.string().default("main"),
  inbox: z.string().optional(),
  grpcPort: port,
  httpPort: port,
  readers: z.coerce.number().int().min(1).max(64).default(2),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("silent"),
  /** False when NO_COLOR is set (https://no-color.org). */
  useColor: z.boolean(),
});
export type UpConfig = Readonly<z.infer<typeof upConfigSchema>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment once; the only reader of it in `cli/`. Throws with the names of what is malformed. */
export function upConfigFrom(given: Partial<UpConfig> = {}, env: Environment = process.env): UpConfig {
  const home = resolve(given.home ?? env["PAYERHUB_HOME"] ?? ".payerhub");
  return Object.freeze(
    upConfigSchema.parse({
      natsUrl: env["NATS_URL"],
      // A broker of our own gets a token that lives as long as it does.
      natsToken: env["NATS_TOKEN"] ?? randomBytes(24).toString("base64url"),
      natsServerBinary: env["NATS_SERVER_BIN"],
      storeUrl: env["STORE_URL"] ?? `sqlite:${join(home, "store.sqlite")}`,
      objectsUrl: env["OBJECTS_URL"] ?? `file://${join(home, "objects")}`,
      modelsUrl: env["MODELS_URL"] ?? `file://${join(home, "models")}`,
      tritonEndpoint: env["TRITON_URL"],
      inferenceClient: inferenceClientFrom(env),
      ocrEngine: env["OCR_ENGINE"],
      ocrRecognizer: env["OCR_RECOGNIZER"],
      textModels: env["TEXT_MODELS"],
      modelRepository: env["MODEL_REPOSITORY"],
      tesseract: env["TESSERACT_BIN"],
      tenant: env["PAYERHUB_TENANT"],
      hub: env["PAYERHUB_HUB"],
      grpcPort: env["GRPC_PORT"],
      httpPort: env["HTTP_PORT"],
      readers: env["PAYERHUB_READERS"],
      logLevel: env["LOG_LEVEL"],
      useColor: (env["NO_COLOR"] ?? "") === "",
      ...given,
      home,
    }),
  );
}
