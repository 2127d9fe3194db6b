import { createHash } from "node:crypto";

/**
 * Where a key falls between 0 and 1: always the same for the same key and salt, evenly spread over keys. Different salts split
 * the same keys differently, so that one document is not in every experiment.
 */
export function stickyPoint(key: string, salt: string): number {
  const digest = createHash("sha256").update(`${salt}\u0000${key}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
