import { createHash } from "node:crypto";
import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import { modelName, modelVersion, sha256Hex } from "./keys.ts";

/** Files of one version: model, side files, configurations, card, labels, vocabulary, warm-up samples. */
export const MAX_FILES = 64;
/** S3's limit for one copied object. */
export const MAX_FILE_BYTES = 5 * 1024 ** 3;
/** 64 files and 64 tensors take a few KiB. */
export const MAX_MANIFEST_BYTES = 256 * 1024;

export const CONFIG_FILE = "config.pbtxt";
export const CARD_FILE = "CARD.md";

/** At most three segments without a leading dot: nothing can leave the model's folder. */
const filePath = z
  .string()
  .regex(/^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, "must stay in its folder");

const file = z.strictObject({ path: filePath, sha256: sha256Hex, sizeBytes: z.int().min(0).max(MAX_FILE_BYTES) });

const tensor = z.strictObject({
  name: z.string().min(1).max(200),
  /** Triton's datatype name without `TYPE_`; BYTES for strings. */
  datatype: z.string().regex(/^[A-Z0-9]{2,6}$/),
  /** With the batch dimension where the model has one; -1 is variable. */
  shape: z.array(z.int().min(-1)).max(17),
});

const signature = z.strictObject({ inputs: z.array(tensor).min(1).max(64), outputs: z.array(tensor).min(1).max(64) });

const manifestSchema = z
  .strictObject({
    format: z.literal("payerhub.model/1"),
    name: modelName,
    version: modelVersion,
    /** UTC. */
    createdAt: z.iso.datetime(),
    /** First heading of the card. */
    title: z.string().min(1).max(200),
    /** SPDX expression of the weights, as the card's line `- License:` says. */
    license: z.string().min(1).max(200),
    signature,
    /** Names of the warm-up samples in the configuration. */
    warmup: z.array(z.string().min(1).max(200)).max(MAX_FILES),
    /** In byte order of their paths, each once. */
    files: z.array(file).min(3).max(MAX_FILES),
  })
  .refine(({ files }) => files.every(({ path }, at) => at === 0 || (files[at - 1]?.path ?? "") < path), "files must be in order, each once")
  .refine(({ files }) => files.some(({ path }) => path === CONFIG_FILE), `files must have ${CONFIG_FILE}`)
  .refine(({ files }) => files.some(({ path }) => path === CARD_FILE), `files must have ${CARD_FILE}`)
  .refine(
    ({ files, version }) => files.some(({ path }) => path.startsWith(`${version}/`)),
    "files must have one in the folder of the version",
  );

/** What one version of a model is. Immutable: a version never has another content. */
export type ModelManifest = Readonly<z.infer<typeof manifestSchema>>;
export type ModelFile = Readonly<z.infer<typeof file>>;
export type ModelSignature = Readonly<z.infer<typeof signature>>;

/** Reads a stored manifest: DATA_LOSS, naming the field, when it is no manifest of that name and version. */
export function parseManifest(bytes: Uint8Array, expected: { readonly name: string; readonly version: number }): ModelManifest {
  const attempted = `reading the manifest of model "${expected.name}" version "${expected.version}"`;
  const parsed = manifestSchema.safeParse(jsonOf(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PayerHubError(
      "DATA_LOSS",
      `${attempted}: ${issue?.path.join(".") ?? ""} is malformed, it ${issue?.message ?? "must be JSON"}`,
    );
  }
  const { name, version } = parsed.data;
  if (name !== expected.name || version !== expected.version) {
    throw new PayerHubError("DATA_LOSS", `${attempted}: it is of "${name}" version "${version}", it must be of the one asked for`);
  }
  return parsed.data;
}

/** Checks a manifest before it is written: INVALID_ARGUMENT naming the field. */
export function checkManifest(manifest: ModelManifest): void {
  const parsed = manifestSchema.safeParse(manifest);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw new PayerHubError(
    "INVALID_ARGUMENT",
    `describing model "${manifest.name}" version "${manifest.version}": ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}`,
  );
}

export function manifestBytes(manifest: ModelManifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** SHA-256 in hex over all that a version is, the time of its creation apart: equal for equal content. */
export function contentDigest(manifest: ModelManifest): string {
  const { createdAt: _, ...content } = manifest;
  return createHash("sha256")
    .update(JSON.stringify(sorted(content)))
    .digest("hex");
}

/** Objects with their keys in order, so that equal content has one text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
