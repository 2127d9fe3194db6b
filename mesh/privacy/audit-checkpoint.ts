import { open, readFile, rename } from "node:fs/promises";
import { z } from "zod";
import type { Seal } from "../../runtime/seal.ts";

const checkpoint = z.strictObject({ seq: z.number().int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/), mac: z.string() });
/** How far the log had come, with a keyed digest: a log that ends before it was cut. */
export type AuditCheckpoint = z.infer<typeof checkpoint>;

/** Tenant under whose key checkpoints are authenticated; no real tenant may be called so. */
const CHECKPOINT_TENANT = "payerhub.audit";

export function signCheckpoint(seal: Seal, seq: number, hash: string): AuditCheckpoint {
  return { seq, hash, mac: seal.blindIndex(CHECKPOINT_TENANT, `${seq} ${hash}`) };
}

/** True when the checkpoint was made with this seal's keys. */
export function isAuthentic(seal: Seal, { seq, hash, mac }: AuditCheckpoint): boolean {
  return signCheckpoint(seal, seq, hash).mac === mac;
}

/** Replaces the checkpoint beside the log; durable when it resolves. */
export async function writeCheckpoint(path: string, value: AuditCheckpoint): Promise<void> {
  const draft = `${path}.checkpoint.new`;
  await using file = await open(draft, "w", 0o600);
  await file.writeFile(`${JSON.stringify(value)}\n`);
  await file.datasync();
  await rename(draft, `${path}.checkpoint`);
}

/** The checkpoint beside the log: undefined when there is none, `unreadable` when it is broken. */
export async function readCheckpoint(path: string): Promise<AuditCheckpoint | "unreadable" | undefined> {
  try {
    const parsed = checkpoint.safeParse(JSON.parse(await readFile(`${path}.checkpoint`, "utf8")));
    return parsed.success ? parsed.data : "unreadable";
  } catch (caught) {
    return caught instanceof Error && "code" in caught && caught.code === "ENOENT" ? undefined : "unreadable";
  }
}
