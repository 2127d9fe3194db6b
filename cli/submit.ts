import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { createIntakeClient, type IntakeClient } from "../edge/intake-client.ts";
import { createTokenSource } from "../edge/token-source.ts";
import { PayerHubError } from "../runtime/error.ts";
import { systemWorld } from "../runtime/world.ts";
import type { CommandIo } from "./command-io.ts";
import type { UpConfig } from "./config.ts";
import { EXIT, exitCodeOf, runCommand } from "./exit-code.ts";
import { requireRunning } from "./run-file.ts";

export interface IntakeContext {
  readonly io: CommandIo;
  readonly config: UpConfig;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

const credentials = z.strictObject({ clientId: z.string(), clientSecret: z.string() });

/** `payerhub submit`: exit 0 when all were taken, 6 when some were, the first refusal's code when none was. */
export async function submitFiles(context: IntakeContext, files: readonly string[]): Promise<number> {
  return await runCommand(context.io, "submitting files", async () => {
    const client = await openClient(context);
    const refusals: PayerHubError[] = [];
    try {
      for (const file of files) {
        const refusal = await submitOne(context, client, file);
        if (refusal !== undefined) refusals.push(refusal);
      }
    } finally {
      client.close();
    }
    const [first] = refusals;
    if (first === undefined) return EXIT.ok;
    return refusals.length === files.length ? exitCodeOf(first) : EXIT.partial;
  });
}

/** Prints what became of one file; gives the error when it was refused. */
async function submitOne({ io, json, signal }: IntakeContext, client: IntakeClient, file: string): Promise<PayerHubError | undefined> {
  try {
    const { documentId, duplicate } = await client.submitFile(file, { signal });
    io.out(json ? JSON.stringify({ file, documentId, duplicate }) : `${documentId}  ${file}${duplicate ? "  (known already)" : ""}`);
    return undefined;
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: `submitting "${file}"` });
    io.err(`payerhub: ${error.message}`);
    return error;
  }
}

/** `payerhub status`: the PHI-free state of one document. */
export async function showStatus(context: IntakeContext, documentId: string): Promise<number> {
  const { io, json, signal } = context;
  return await runCommand(io, "asking for a status", async () => {
    const client = await openClient(context);
    try {
      const { receivedAtMs, updatedAtMs, ...status } = await client.status(documentId, { signal });
      const view = { ...status, receivedAt: isoOf(receivedAtMs), updatedAt: isoOf(updatedAtMs) };
      const shown = Object.entries(view).filter(([, value]) => String(value) !== "");
      const lines = json ? [JSON.stringify(view)] : shown.map(([name, value]) => `${name.padEnd(14)} ${String(value)}`);
      for (const line of lines) io.out(line);
      return EXIT.ok;
    } finally {
      client.close();
    }
  });
}

function isoOf(ms: bigint): string {
  return ms === 0n ? "" : new Date(Number(ms)).toISOString();
}

async function openClient({ config, signal }: IntakeContext): Promise<IntakeClient> {
  const run = await requireRunning(config.home);
  const { clientId, clientSecret } = credentials.parse(JSON.parse(await readFile(join(config.home, "edge", "demo-client.json"), "utf8")));
  const token = createTokenSource({ httpUrl: `http://127.0.0.1:${run.httpPort}`, clientId, clientSecret, world: systemWorld(), signal });
  return createIntakeClient({ address: `127.0.0.1:${run.grpcPort}`, token });
}
