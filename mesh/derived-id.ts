import { createHash } from "node:crypto";

/** Name space of every derived id (a random UUID, fixed for ever: changing it would double every effect). */
const NAMESPACE = Buffer.from("6f1c0c5e8f3b4d0f9a5d2b7e4c1a9d38", "hex");

/**
 * RFC 9562 version 5 UUID of a list of parts: the same parts give the same id in every process, so that a redelivery names
 * the same thing. Parts are framed, so ("a", "bc") and ("ab", "c") differ. Never pass PHI in clear: pass a blind index.
 */
export function derivedId(...parts: readonly string[]): string {
  const digest = createHash("sha1").update(NAMESPACE).update(JSON.stringify(parts)).digest().subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
