import { createHash } from "node:crypto";
import { z } from "zod";

/** Longest line of the log, in bytes: every field is an id or a code. */
export const MAX_ENTRY_BYTES = 4096;
/** `prev` of the first entry. */
export const GENESIS = createHash("sha256").update("payerhub audit log, version 1").digest("hex");

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
/** Ids and codes: no blanks, no control characters, so that a name or a sentence does not get in. */
const token = z.string().regex(/^[A-Za-z0-9_.:@/+-]{1,200}$/);

const entry = z.strictObject({
  seq: z.number().int().min(1),
  time: z.iso.datetime(),
  id: token,
  tenant: token,
  actor: token,
  purpose: token,
  action: token,
  resource: token,
  /** Keyed digest of what was disclosed or changed. */
  body: z.string().regex(/^[0-9a-f]{16,128}$/),
  /** Hash of the entry before. */
  prev: hex64,
  hash: hex64,
});
/** One line of the audit log. */
export type AuditEntry = z.infer<typeof entry>;

/** The entry's parts before it has a place in the chain. */
export const auditInput = entry.omit({ seq: true, time: true, body: true, prev: true, hash: true });

/** Chains an entry to the one before. */
export function chainEntry(parts: Omit<AuditEntry, "hash">): AuditEntry {
  return { ...parts, hash: digest(parts) };
}

/** The line without its newline. Key order is fixed, so that a line has one spelling only. */
export function encodeEntry(value: AuditEntry): string {
  return JSON.stringify({ ...ordered(value), hash: value.hash });
}

/** Entry and whether its hash, spelling and form are right; undefined when they are not. */
export function decodeEntry(line: string): AuditEntry | undefined {
  const parsed = entry.safeParse(parseJson(line));
  if (!parsed.success || encodeEntry(parsed.data) !== line || digest(parsed.data) !== parsed.data.hash) return undefined;
  return parsed.data;
}

function ordered(value: Omit<AuditEntry, "hash">): Omit<AuditEntry, "hash"> {
  const { seq, time, id, tenant, actor, purpose, action, resource, body, prev } = value;
  return { seq, time, id, tenant, actor, purpose, action, resource, body, prev };
}

function digest(value: Omit<AuditEntry, "hash">): string {
  return createHash("sha256")
    .update(JSON.stringify(ordered(value)))
    .digest("hex");
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
