import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import { withDeadline } from "../../runtime/signals.ts";
import { channelKey, channelName, type ChannelName, channelPrefix, modelName, modelVersion, sha256Hex } from "./keys.ts";
import { contentDigest, type ModelManifest } from "./manifest.ts";
import { CALL_DEADLINE_MS, checkModelName, readManifest, type Registry, type VersionName } from "./registry.ts";
import { readSmallObject } from "./small-object.ts";
import { verifyVersion } from "./verify.ts";

/** How far a channel can be rolled back. */
const MAX_EARLIER = 16;
/** A record is a few hundred bytes. */
const MAX_RECORD_BYTES = 16 * 1024;
/** Records that a history shows. */
const MAX_HISTORY = 100;

const recordSchema = z.strictObject({
  format: z.literal("payerhub.channel/1"),
  id: z.string().min(1).max(64),
  name: modelName,
  channel: channelName,
  /** From 1, without a gap. */
  record: z.int().min(1),
  action: z.enum(["promote", "rollback"]),
  version: modelVersion,
  /** Content digest of the version's manifest: a channel names bytes, not a number. */
  digest: sha256Hex,
  /** Versions that stood here before, the latest first: what rollback goes to. */
  earlier: z.array(modelVersion).max(MAX_EARLIER),
  /** Who did it, as the command was told. */
  by: z.string().max(100),
  /** UTC. */
  at: z.iso.datetime(),
});

/** One change of a channel; the newest says where it points. */
export type ChannelRecord = Readonly<z.infer<typeof recordSchema>>;

export interface ChannelOf {
  readonly name: string;
  readonly channel: ChannelName;
}

/** Where a channel points; undefined when nothing was ever promoted to it. */
export async function readChannel(registry: Registry, of: ChannelOf, signal: AbortSignal): Promise<ChannelRecord | undefined> {
  return (await channelHistory(registry, of, { limit: 1, signal }))[0];
}

/** Changes of a channel, newest first, at most 100. */
export async function channelHistory(
  registry: Registry,
  of: ChannelOf,
  { limit = MAX_HISTORY, signal }: { readonly limit?: number; readonly signal: AbortSignal },
): Promise<readonly ChannelRecord[]> {
  checkModelName(of.name);
  const limited = withDeadline(signal, CALL_DEADLINE_MS);
  const records: ChannelRecord[] = [];
  for await (const key of registry.objects.list(channelPrefix(of.name, of.channel), limited)) {
    if (records.length >= Math.min(limit, MAX_HISTORY)) break;
    records.push(await readRecord(registry, key, limited));
  }
  return records;
}

/** The manifest that a channel points to: NOT_FOUND for an empty channel, DATA_LOSS when the version is not what was promoted. */
export async function resolveChannel(registry: Registry, of: ChannelOf, signal: AbortSignal): Promise<ModelManifest> {
  const record = await readChannel(registry, of, signal);
  if (record === undefined)
    throw new PayerHubError("NOT_FOUND", `reading channel "${of.channel}" of model "${of.name}": nothing was promoted to it yet`);
  return await pinnedManifest(registry, record, signal);
}

export interface ChangeOptions {
  readonly by: string;
  readonly signal: AbortSignal;
}

/**
 * Points a channel at a version, in one write, after every stored byte of it was hashed. Repeating it changes nothing. NOT_FOUND
 * for no such version, DATA_LOSS for a damaged one, ABORTED when another change came between.
 */
export async function promote(
  registry: Registry,
  named: VersionName & { readonly channel: ChannelName },
  options: ChangeOptions,
): Promise<ChannelRecord> {
  const verdict = await verifyVersion(registry, named, options.signal);
  const damaged = verdict.files.find(({ state }) => state !== "intact");
  if (damaged !== undefined) {
    throw new PayerHubError(
      "DATA_LOSS",
      `promoting model "${named.name}" version "${named.version}": its file "${damaged.path}" is ${damaged.state}, every file must be intact`,
    );
  }
  const current = await readChannel(registry, named, options.signal);
  if (current?.version === named.version) return current;
  const earlier = current === undefined ? [] : [current.version, ...current.earlier].slice(0, MAX_EARLIER);
  const digest = contentDigest(verdict.manifest);
  return await write(registry, current, { ...changeOf(named, options), action: "promote", version: named.version, digest, earlier });
}

/**
 * Points a channel at the version that stood there before, in one write and without reading its files: it must be quick when it
 * is needed. Doing it again goes one further back. FAILED_PRECONDITION when there is none before.
 */
export async function rollback(registry: Registry, of: ChannelOf, options: ChangeOptions): Promise<ChannelRecord> {
  const current = await readChannel(registry, of, options.signal);
  const [version, ...earlier] = current?.earlier ?? [];
  if (version === undefined)
    throw new PayerHubError(
      "FAILED_PRECONDITION",
      `rolling back channel "${of.channel}" of model "${of.name}": no version stood there before`,
    );
  const digest = contentDigest(await readManifest(registry, { name: of.name, version }, options.signal));
  return await write(registry, current, { ...changeOf(of, options), action: "rollback", version, digest, earlier });
}

interface Change extends Pick<ChannelRecord, "name" | "channel" | "by" | "action" | "version" | "digest" | "earlier"> {
  readonly signal: AbortSignal;
}

function changeOf({ name, channel }: ChannelOf, { by, signal }: ChangeOptions) {
  return { name, channel, by, signal };
}

async function write(registry: Registry, current: ChannelRecord | undefined, change: Change): Promise<ChannelRecord> {
  const { signal, ...content } = change;
  const record: ChannelRecord = recordSchema.parse({
    format: "payerhub.channel/1",
    id: registry.world.uuid(),
    record: (current?.record ?? 0) + 1,
    at: new Date(registry.world.now()).toISOString(),
    ...content,
  });
  const key = channelKey(record.name, record.channel, record.record);
  const limited = withDeadline(signal, CALL_DEADLINE_MS);
  const body = { bytes: Buffer.from(`${JSON.stringify(record)}\n`) };
  const won = await registry.objects.putIfAbsent(key, body, { contentType: "application/json", signal: limited });
  // Read back: a store that looks first and writes then may tell two writers that both won.
  if (won && (await readRecord(registry, key, limited)).id === record.id) return record;
  throw new PayerHubError(
    "ABORTED",
    `changing channel "${record.channel}" of model "${record.name}": someone else changed it meanwhile, it must be looked at again`,
  );
}

async function readRecord(registry: Registry, key: string, signal: AbortSignal): Promise<ChannelRecord> {
  const damaged = (state: string) =>
    new PayerHubError("DATA_LOSS", `reading channel record "${key}": it ${state}, it must be as it was written`);
  const bytes = await readSmallObject(registry.objects, key, { maxBytes: MAX_RECORD_BYTES, signal });
  if (bytes === undefined) throw damaged("is gone");
  try {
    return recordSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    throw damaged("is malformed");
  }
}

async function pinnedManifest(registry: Registry, record: ChannelRecord, signal: AbortSignal): Promise<ModelManifest> {
  const manifest = await readManifest(registry, record, signal);
  if (contentDigest(manifest) === record.digest) return manifest;
  throw new PayerHubError(
    "DATA_LOSS",
    `reading model "${record.name}" version "${record.version}": its content is not what was promoted to "${record.channel}", it must be the same`,
  );
}
