import { createHash } from "node:crypto";

/**
 * A UUID computed from its parts (RFC 9562 version 8: SHA-256, so that equal parts always give the same id). Ids of events
 * and effects are derived, never drawn: a redelivery then names the same effect. Parts must not be PHI in clear text that
 * could be guessed; use a blind index for such values.
 */
export function derivedId(...parts: readonly (string | number)[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${String(part).length}:${part};`);
  const bytes = digest.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
