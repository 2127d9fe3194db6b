import { join } from "node:path";
import { z } from "zod";
import { inferenceClientFrom, inferenceClientSchema } from "../inference/client/config.ts";
import { SHIPPED_MODELS } from "../inference/models/repository.ts";
import { STAGE_NAMES } from "./pipeline.ts";

const token = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const commaList = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

/** How one mesh process runs; the defaults are the embedded ones. */
export const meshConfigSchema = z.strictObject({
  natsUrl: z.url(),
  natsToken: z.string().optional(),
  storeUrl: z.string(),
  objectsUrl: z.string(),
  /** Where servers are that speak Triton's gRPC protocol, as `openInference` takes it. */
  tritonEndpoint: z.string(),
  inferenceClient: inferenceClientSchema.prefault({}),
  /** Folder for what must stay on this machine: root key, audit log. */
  home: z.string(),
  stages: z.array(z.enum(STAGE_NAMES)).min(1),
  tenants: z.array(token).min(1),
  hub: token,
  ocrEngine: z.enum(["auto", "tesseract", "tesseract.js"]),
  /** Whether the recognizer model reads doubtful words beside the OCR engine. */
  ocrRecognizer: z.enum(["on", "off"]),
  /** Path of the native OCR program. */
  tesseract: z.string().optional(),
  /** Whether LayoutLMv3 and BioBERT are asked beside the rules. */
  textModels: z.enum(["on", "off"]),
  /** Folder with the labels and tokenizers of the models that are served. */
  modelRepository: z.string(),
  readers: z.number().int().min(1).max(64),
  reconcileEveryMs: z.number().int().min(100),
  staleMs: z.number().int().min(1_000),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]),
});
export type MeshConfig = Readonly<z.infer<typeof meshConfigSchema>>;

/** Engine and models that read pages and text. */
function readersFrom(env: Readonly<Record<string, string | undefined>>) {
  return {
    ocrEngine: env["OCR_ENGINE"] ?? "auto",
    ocrRecognizer: env["OCR_RECOGNIZER"] ?? "on",
    tesseract: env["TESSERACT_BIN"],
    textModels: env["TEXT_MODELS"] ?? "on",
    modelRepository: env["MODEL_REPOSITORY"] ?? SHIPPED_MODELS,
  };
}

/** Reads the environment of `mesh/main.ts`. Throws with the names of what is missing or malformed. */
export function meshConfigFrom(env: Readonly<Record<string, string | undefined>> = process.env): MeshConfig {
  const home = env["PAYERHUB_HOME"] ?? ".payerhub";
  return Object.freeze(
    meshConfigSchema.parse({
      natsUrl: env["NATS_URL"],
      ...(env["NATS_TOKEN"] === undefined ? {} : { natsToken: env["NATS_TOKEN"] }),
      storeUrl: env["STORE_URL"] ?? `sqlite:${join(home, "store.sqlite")}`,
      objectsUrl: env["OBJECTS_URL"] ?? `file://${join(process.cwd(), home, "objects")}`,
      tritonEndpoint: env["TRITON_URL"],
      inferenceClient: inferenceClientFrom(env),
      home,
      stages: env["MESH_STAGES"] === undefined ? [...STAGE_NAMES] : commaList.parse(env["MESH_STAGES"]),
      tenants: commaList.parse(env["PAYERHUB_TENANTS"] ?? "demo"),
      hub: env["PAYERHUB_HUB"] ?? "main",
      ...readersFrom(env),
      readers: Number(env["PAYERHUB_READERS"] ?? 2),
      reconcileEveryMs: Number(env["RECONCILE_EVERY_MS"] ?? 30_000),
      staleMs: Number(env["RECONCILE_STALE_MS"] ?? 300_000),
      logLevel: env["LOG_LEVEL"] ?? "info",
    }),
  );
}
