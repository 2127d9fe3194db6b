import type { Command } from "commander";
import { userInfo } from "node:os";
import { channelName, type ChannelName } from "../inference/registry/keys.ts";
import { PayerHubError } from "../runtime/error.ts";
import { openObjects } from "../runtime/objects/open.ts";
import { systemWorld } from "../runtime/world.ts";
import type { CommandIo } from "./command-io.ts";
import type { UpConfig } from "./config.ts";
import { runCommand } from "./exit-code.ts";
import {
  modelsHistory,
  modelsList,
  type ModelsContext,
  modelsPromote,
  modelsPull,
  modelsPush,
  modelsRollback,
  modelsVerify,
} from "./models.ts";

const EXAMPLES = `
The registry is the object store that MODELS_URL names (file:///path or s3://key:secret@host/bucket); without it a folder of PAYERHUB_HOME.

Examples:
  payerhub models push inference/repository/isolation_forest --channel candidate
  payerhub models list
  payerhub models promote isolation_forest 1
  payerhub models pull isolation_forest --into /srv/models
  payerhub models pull layoutlmv3 --version 3 --into /srv/models     then: tritonserver --model-config-name=gpu
  payerhub models verify
  payerhub models rollback isolation_forest
  payerhub models history isolation_forest --json
`;

interface Invocation {
  readonly io: CommandIo;
  readonly config: UpConfig;
  readonly signal: AbortSignal;
}

interface Flags {
  readonly json?: boolean;
  readonly channel?: string;
  readonly version?: string;
  readonly into?: string;
  readonly repair?: boolean;
}

/** Adds `payerhub models …` to the program. */
export function addModels(program: Command, invocation: Invocation): void {
  const models = program
    .command("models")
    .description("versions of models: store, promote, bring to a server")
    .addHelpText("after", EXAMPLES);
  const at = async (flags: Flags, attempted: string, command: (context: ModelsContext) => Promise<number>) => {
    process.exitCode = await atRegistry(invocation, { json: flags.json === true, attempted }, command);
  };
  addReading(models, at);
  addChanging(models, at);
}

type At = (flags: Flags, attempted: string, command: (context: ModelsContext) => Promise<number>) => Promise<void>;

function addReading(models: Command, at: At): void {
  models
    .command("list [model]")
    .description("versions, with the channels that point at them")
    .option("--json", "one JSON line a version, with signature and files")
    .action(async (model: string | undefined, flags: Flags) => {
      await at(flags, "listing models", async (context) => await modelsList(context, model));
    });
  models
    .command("history <model>")
    .description("who moved a channel, newest first")
    .option("--channel <channel>", "candidate or stable", "stable")
    .option("--json", "one JSON line a change")
    .action(async (name: string, flags: Flags) => {
      await at(flags, "reading a channel", async (context) => await modelsHistory(context, { name, channel: channelOf(flags.channel) }));
    });
  models
    .command("verify [model]")
    .description("hash every stored byte; exit 1 when one is wrong")
    .option("--version <number>", "only this version")
    .option("--json", "one JSON line a version")
    .action(async (model: string | undefined, flags: Flags) => {
      await at(flags, "verifying models", async (context) => await modelsVerify(context, model, versionOf(flags.version)));
    });
  models
    .command("pull <model>")
    .description("bring a version into a server's model repository, whole or not at all")
    .requiredOption("--into <folder>", "model repository of the embedded server or of Triton")
    .option("--channel <channel>", "what this channel points at", "stable")
    .option("--version <number>", "this version instead")
    .option("--json", "one JSON line")
    .action(async (model: string, flags: Flags) => {
      await at(flags, "pulling a model", async (context) => {
        const version = versionOf(flags.version);
        const wanted = { into: flags.into ?? "", channel: channelOf(flags.channel), ...(version === undefined ? {} : { version }) };
        return await modelsPull(context, model, wanted);
      });
    });
}

function addChanging(models: Command, at: At): void {
  models
    .command("push <folder>")
    .description("store one version from its folder; files first, the manifest last")
    .option("--version <number>", "which version folder, when there are several")
    .option("--channel <channel>", "point this channel at it as well")
    .option("--repair", "send files again that the registry has")
    .option("--json", "one JSON line")
    .action(async (folder: string, flags: Flags) => {
      await at(flags, "pushing a model", async (context) => {
        const version = versionOf(flags.version);
        const channel = flags.channel === undefined ? {} : { channel: channelOf(flags.channel) };
        return await modelsPush(context, folder, {
          repair: flags.repair === true,
          ...channel,
          ...(version === undefined ? {} : { version }),
        });
      });
    });
  models
    .command("promote <model> <version>")
    .description("point a channel at a version, after hashing every byte of it")
    .option("--channel <channel>", "candidate or stable", "stable")
    .option("--json", "one JSON line")
    .action(async (name: string, version: string, flags: Flags) => {
      await at(flags, "promoting a model", async (context) => {
        return await modelsPromote(context, { name, version: versionOf(version) ?? Number.NaN, channel: channelOf(flags.channel) });
      });
    });
  models
    .command("rollback <model>")
    .description("point a channel back at the version before, in one write")
    .option("--channel <channel>", "candidate or stable", "stable")
    .option("--json", "one JSON line")
    .action(async (name: string, flags: Flags) => {
      await at(
        flags,
        "rolling back a model",
        async (context) => await modelsRollback(context, { name, channel: channelOf(flags.channel) }),
      );
    });
}

async function atRegistry(
  { io, config, signal }: Invocation,
  { json, attempted }: { readonly json: boolean; readonly attempted: string },
  command: (context: ModelsContext) => Promise<number>,
): Promise<number> {
  return await runCommand(io, attempted, async () => {
    const world = systemWorld();
    const objects = await openObjects(config.modelsUrl, { world });
    try {
      return await command({ registry: { objects, world }, io, json, by: userInfo().username, signal });
    } finally {
      await objects.close();
    }
  });
}

function channelOf(text: string | undefined): ChannelName {
  const parsed = channelName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new PayerHubError("INVALID_ARGUMENT", `naming channel "${text ?? ""}": there is no such channel, it must be candidate or stable`);
}

function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new PayerHubError("INVALID_ARGUMENT", `naming version "${text}": it is no version, it must be a whole number from 1`);
}
