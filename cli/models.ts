import type { ChannelName } from "../inference/registry/keys.ts";
import { type ChannelRecord, channelHistory, promote, readChannel, resolveChannel, rollback } from "../inference/registry/channel.ts";
import { contentDigest, type ModelManifest } from "../inference/registry/manifest.ts";
import { pullModel } from "../inference/registry/pull.ts";
import { pushModel } from "../inference/registry/push.ts";
import { listVersions, readManifest, type Registry, type VersionName } from "../inference/registry/registry.ts";
import { verifyVersion } from "../inference/registry/verify.ts";
import { PayerHubError } from "../runtime/error.ts";
import { type CommandIo, textTable } from "./command-io.ts";
import { EXIT } from "./exit-code.ts";

const CHANNELS: readonly ChannelName[] = ["stable", "candidate"];
/** Enough of a SHA-256 to tell versions apart by eye. */
const SHORT_DIGEST = 12;
const MEBIBYTE = 1_048_576;

export interface ModelsContext {
  readonly registry: Registry;
  readonly io: CommandIo;
  readonly json: boolean;
  /** Who changes a channel. */
  readonly by: string;
  readonly signal: AbortSignal;
}

/** `payerhub models list [model]`: every version with the channels that point at it. */
export async function modelsList(context: ModelsContext, name: string | undefined): Promise<number> {
  const { registry, io, json, signal } = context;
  const rows: Awaited<ReturnType<typeof viewOf>>[] = [];
  for (const named of await listVersions(registry, name, signal))
    rows.push(await viewOf(context, await readManifest(registry, named, signal)));
  if (json) for (const row of rows) io.out(JSON.stringify(row));
  else if (rows.length === 0) io.out("the registry holds no model version");
  else io.out(textTable(["model", "version", "channels", "size", "digest", "license", "created"], rows.map(cellsOf)));
  return EXIT.ok;
}

/** `payerhub models history <model>`: who moved a channel, newest first. */
export async function modelsHistory(context: ModelsContext, of: { readonly name: string; readonly channel: ChannelName }): Promise<number> {
  const { registry, io, json, signal } = context;
  const records = await channelHistory(registry, of, { signal });
  if (json) for (const record of records) io.out(JSON.stringify(record));
  else
    io.out(
      textTable(
        ["record", "action", "version", "digest", "by", "at"],
        records.map((record) => [
          String(record.record),
          record.action,
          String(record.version),
          record.digest.slice(0, SHORT_DIGEST),
          record.by,
          record.at,
        ]),
      ),
    );
  return EXIT.ok;
}

export interface PushFlags {
  readonly version?: number;
  readonly channel?: ChannelName;
  readonly repair: boolean;
}

/** `payerhub models push <folder>`: stores one version, and points a channel at it when asked to. */
export async function modelsPush(context: ModelsContext, folder: string, flags: PushFlags): Promise<number> {
  const { registry, io, json, by, signal } = context;
  const pushed = await pushModel(registry, folder, {
    repair: flags.repair,
    ...(flags.version === undefined ? {} : { version: flags.version }),
    onFile: (file, sent) => io.err(`${sent ? "sent" : "has "}  ${file.path}  ${sizeText(file.sizeBytes)}`),
    signal,
  });
  const { manifest, digest, created } = pushed;
  if (json) io.out(JSON.stringify({ model: manifest.name, version: manifest.version, digest, created }));
  else
    io.out(
      `${manifest.name} version ${manifest.version}, digest ${digest.slice(0, SHORT_DIGEST)}: ${created ? "pushed" : "the registry had it already"}`,
    );
  if (flags.channel === undefined) return EXIT.ok;
  return tellChange(
    context,
    await promote(registry, { name: manifest.name, version: manifest.version, channel: flags.channel }, { by, signal }),
  );
}

export interface PullFlags {
  readonly into: string;
  readonly version?: number;
  readonly channel: ChannelName;
}

/** `payerhub models pull <model>`: brings a version, or what a channel points at, into a server's model repository. */
export async function modelsPull(context: ModelsContext, name: string, flags: PullFlags): Promise<number> {
  const { registry, io, json, signal } = context;
  const version = flags.version ?? (await resolveChannel(registry, { name, channel: flags.channel }, signal)).version;
  const { folder, changed, manifest } = await pullModel(registry, { name, version }, { into: flags.into, signal });
  if (json) io.out(JSON.stringify({ model: name, version, digest: contentDigest(manifest), folder, changed }));
  else io.out(`${name} version ${version}: ${changed ? "pulled into" : "stands already in"} ${folder}`);
  return EXIT.ok;
}

/** `payerhub models verify [model]`: hashes every stored byte. Exit 1 when one is wrong. */
export async function modelsVerify(context: ModelsContext, name: string | undefined, version: number | undefined): Promise<number> {
  const { registry, io, json, signal } = context;
  const named = await versionsToVerify(context, name, version);
  let broken = 0;
  for (const each of named) {
    const { files, intact, manifest } = await verifyVersion(registry, each, signal);
    if (!intact) broken += 1;
    const wrong = files.filter(({ state }) => state !== "intact");
    if (json) io.out(JSON.stringify({ model: each.name, version: each.version, digest: contentDigest(manifest), intact, files }));
    else
      io.out(`${each.name} version ${each.version}: ${intact ? `intact, ${files.length} files, ${sizeText(sizeOf(manifest))}` : "BROKEN"}`);
    for (const file of wrong) io.err(`${each.name} version ${each.version}: ${file.path} is ${file.state}`);
  }
  return broken === 0 ? EXIT.ok : EXIT.failure;
}

/** `payerhub models promote <model> <version>`: points a channel at a version whose every byte is intact. */
export async function modelsPromote(context: ModelsContext, to: VersionName & { readonly channel: ChannelName }): Promise<number> {
  const { registry, by, signal } = context;
  return tellChange(context, await promote(registry, to, { by, signal }));
}

/** `payerhub models rollback <model>`: points a channel back at what stood there before. */
export async function modelsRollback(
  context: ModelsContext,
  of: { readonly name: string; readonly channel: ChannelName },
): Promise<number> {
  const { registry, by, signal } = context;
  return tellChange(context, await rollback(registry, of, { by, signal }));
}

async function versionsToVerify(
  { registry, signal }: ModelsContext,
  name: string | undefined,
  version: number | undefined,
): Promise<readonly VersionName[]> {
  if (name !== undefined && version !== undefined) return [{ name, version }];
  const listed = await listVersions(registry, name, signal);
  if (listed.length > 0) return listed;
  throw new PayerHubError(
    "NOT_FOUND",
    `verifying ${name === undefined ? "all models" : `model "${name}"`}: the registry has no version, it must have one`,
  );
}

function tellChange({ io, json }: ModelsContext, record: ChannelRecord): number {
  const { name, channel, version, action, earlier } = record;
  const before = earlier[0] === undefined ? "nothing" : `version ${earlier[0]}`;
  if (json) io.out(JSON.stringify(record));
  else io.out(`${name} ${channel} is version ${version} (${action} by ${record.by}, rollback would give ${before})`);
  return EXIT.ok;
}

async function viewOf({ registry, signal }: ModelsContext, manifest: ModelManifest) {
  const { name, version, createdAt, license, title, signature, warmup, files } = manifest;
  const channels: ChannelName[] = [];
  for (const channel of CHANNELS) if ((await readChannel(registry, { name, channel }, signal))?.version === version) channels.push(channel);
  const sizeBytes = sizeOf(manifest);
  return {
    model: name,
    version,
    channels,
    digest: contentDigest(manifest),
    sizeBytes,
    createdAt,
    license,
    title,
    signature,
    warmup,
    files,
  };
}

function cellsOf(row: Awaited<ReturnType<typeof viewOf>>): readonly string[] {
  const digest = row.digest.slice(0, SHORT_DIGEST);
  return [row.model, String(row.version), row.channels.join(", ") || "—", sizeText(row.sizeBytes), digest, row.license, row.createdAt];
}

function sizeOf({ files }: ModelManifest): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0);
}

function sizeText(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(bytes < 10 * MEBIBYTE ? 2 : 0)} MiB`;
}
