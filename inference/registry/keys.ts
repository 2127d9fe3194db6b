import { z } from "zod";

/** Decimal digits of a version or a record number in a key, so that byte order is numeric order. */
const DIGITS = 10;
/** Largest version: Triton's clients hold it in 32 bits. */
const MAX_VERSION = 2_147_483_647;
/** Record numbers of a channel count down from here in its keys: the newest record is the first one listed. */
const LAST_RECORD = 9_999_999_999;

/** Folder and model name: Triton takes more, an object key and every file system take this. */
export const modelName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/, "must be 1 to 100 letters, digits, _ or -");
export const modelVersion = z.int().min(1).max(MAX_VERSION);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex");
/** `candidate` is tried, `stable` is what everybody pulls. */
export const channelName = z.enum(["candidate", "stable"]);
export type ChannelName = z.infer<typeof channelName>;

export const MANIFESTS = "models/manifests/";

/** Where the bytes with a digest stand: never replaced by other bytes. */
export function blobKey(sha256: string): string {
  return `models/blobs/${sha256.slice(0, 2)}/${sha256}`;
}

export function manifestPrefix(name: string): string {
  return `${MANIFESTS}${name}/`;
}

/** A version exists from the moment this key does. */
export function manifestKey(name: string, version: number): string {
  return `${manifestPrefix(name)}${String(version).padStart(DIGITS, "0")}`;
}

/** Name and version of a manifest's key; undefined for a foreign key below the prefix. */
export function parseManifestKey(key: string): { readonly name: string; readonly version: number } | undefined {
  const [name = "", digits = "", ...rest] = key.slice(MANIFESTS.length).split("/");
  const version = Number(digits);
  const isOurs = rest.length === 0 && modelName.safeParse(name).success && modelVersion.safeParse(version).success;
  return isOurs && manifestKey(name, version) === key ? { name, version } : undefined;
}

export function channelPrefix(name: string, channel: ChannelName): string {
  return `models/channels/${name}/${channel}/`;
}

/** Key of the `record`-th record of a channel, from 1. */
export function channelKey(name: string, channel: ChannelName, record: number): string {
  return `${channelPrefix(name, channel)}${String(LAST_RECORD - record).padStart(DIGITS, "0")}`;
}
