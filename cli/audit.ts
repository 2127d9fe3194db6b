import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import type { Seal } from "../runtime/seal.ts";
import { type VerifyOptions, verifyAudit } from "../mesh/privacy/verify-audit.ts";
import type { CommandIo } from "./command-io.ts";
import { EXIT, runCommand } from "./exit-code.ts";

/** Name of a log in the audit folder: each writing process has its own. */
const LOG_NAME = /^[a-z0-9-]+\.log$/;
const pin = z.string().regex(/^\d{1,15}:[0-9a-f]{64}$/);

export interface AuditVerifyOptions {
  /** Folder with `*.log` and their checkpoints. */
  readonly folder: string;
  readonly seal: Seal;
  readonly json: boolean;
  /** `<entry>:<hash>` kept elsewhere, for a folder with one log. */
  readonly pinned?: string;
  readonly signal: AbortSignal;
}

/**
 * `payerhub audit verify`: checks every audit log of the folder offline, also while it is being written. Exit 0 when all
 * are intact, 1 when one is not, 3 when there is none.
 */
export async function auditVerify(io: CommandIo, options: AuditVerifyOptions): Promise<number> {
  return await runCommand(io, "verifying the audit logs", async () => {
    const logs = (await readdir(options.folder)).filter((name) => LOG_NAME.test(name)).toSorted();
    if (logs.length === 0)
      throw new PayerHubError("NOT_FOUND", `verifying the audit logs in "${options.folder}": there is none, at least one is required`);
    const pinned = pinnedOf(options.pinned, logs.length);
    let broken = 0;
    for (const name of logs) {
      const verify: VerifyOptions = { seal: options.seal, signal: options.signal, ...(pinned === undefined ? {} : { pinned }) };
      const verdict = await verifyAudit(join(options.folder, name), verify);
      if (!verdict.ok) broken += 1;
      if (options.json) io.out(JSON.stringify({ log: name, ...verdict }));
      else io.out(`${name}: ${verdict.ok ? "intact" : "BROKEN"}, ${verdict.entries} entries, last ${verdict.hash.slice(0, 16)}`);
      for (const fault of verdict.faults) io.err(`${name}: ${fault}`);
    }
    return broken === 0 ? EXIT.ok : EXIT.failure;
  });
}

function pinnedOf(text: string | undefined, logs: number): VerifyOptions["pinned"] {
  if (text === undefined) return undefined;
  if (!pin.safeParse(text).success || logs !== 1) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      "verifying against a pinned checkpoint: it is malformed or the folder has several logs, <entry>:<hash> of one log is required",
    );
  }
  const [seq = "", hash = ""] = text.split(":");
  return { seq: Number(seq), hash };
}
