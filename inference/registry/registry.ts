import { PayerHubError } from "../../runtime/error.ts";
import type { ObjectStore } from "../../runtime/objects/objects.ts";
import { withDeadline } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import { MANIFESTS, manifestKey, manifestPrefix, modelName, modelVersion, parseManifestKey } from "./keys.ts";
import { MAX_MANIFEST_BYTES, type ModelManifest, parseManifest } from "./manifest.ts";
import { readSmallObject } from "./small-object.ts";

/** Longest wait for one small object. */
export const CALL_DEADLINE_MS = 30_000;
/** Versions that one listing names. */
const MAX_LISTED = 10_000;

/**
 * Model versions in an object store. A version is a manifest that names files by their SHA-256; it is written after all of
 * them, so that a push that was cut leaves nothing to see. Versions never change, channels point at them.
 */
export interface Registry {
  readonly objects: ObjectStore;
  readonly world: Pick<World, "now" | "uuid">;
}

/** One version of one model. */
export interface VersionName {
  readonly name: string;
  readonly version: number;
}

/** Checks what a person typed. INVALID_ARGUMENT. */
export function checkVersionName({ name, version }: VersionName): void {
  checkModelName(name);
  if (!modelVersion.safeParse(version).success) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `naming version "${version}" of model "${name}": it is no version, it must be a whole number from 1`,
    );
  }
}

/** INVALID_ARGUMENT for a name that no model can have. */
export function checkModelName(name: string): void {
  if (modelName.safeParse(name).success) return;
  throw new PayerHubError("INVALID_ARGUMENT", `naming model "${name}": it is malformed, it must be 1 to 100 letters, digits, _ or -`);
}

/** The manifest of a version; undefined when the registry has no such version, DATA_LOSS when it is damaged. */
export async function findManifest(registry: Registry, named: VersionName, signal: AbortSignal): Promise<ModelManifest | undefined> {
  checkVersionName(named);
  const bytes = await readSmallObject(registry.objects, manifestKey(named.name, named.version), {
    maxBytes: MAX_MANIFEST_BYTES,
    signal: withDeadline(signal, CALL_DEADLINE_MS),
  });
  return bytes === undefined ? undefined : parseManifest(bytes, named);
}

/** The manifest of a version that must exist: NOT_FOUND otherwise. */
export async function readManifest(registry: Registry, named: VersionName, signal: AbortSignal): Promise<ModelManifest> {
  const manifest = await findManifest(registry, named, signal);
  if (manifest !== undefined) return manifest;
  throw new PayerHubError("NOT_FOUND", `reading model "${named.name}" version "${named.version}": the registry has no such version`);
}

/** Every version of one model, or of all, by name and then ascending. RESOURCE_EXHAUSTED above 10,000. */
export async function listVersions(registry: Registry, name: string | undefined, signal: AbortSignal): Promise<readonly VersionName[]> {
  if (name !== undefined) checkModelName(name);
  const versions: VersionName[] = [];
  const limited = withDeadline(signal, CALL_DEADLINE_MS);
  for await (const key of registry.objects.list(name === undefined ? MANIFESTS : manifestPrefix(name), limited)) {
    const found = parseManifestKey(key);
    if (found === undefined) continue;
    if (versions.length === MAX_LISTED)
      throw new PayerHubError(
        "RESOURCE_EXHAUSTED",
        `listing model versions: there are more than ${MAX_LISTED}, a model name must be given`,
      );
    versions.push(found);
  }
  return versions;
}
