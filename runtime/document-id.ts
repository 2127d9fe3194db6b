import { createHash } from "node:crypto";
import { PayerHubError } from "./error.ts";

/** Crockford's base 32 in lower case: no i, l, o, u, so that an id survives being read out on the telephone. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Characters after the prefix: 130 bits of the digest. */
const ID_LENGTH = 26;

const BITS_PER_CHARACTER = 5;

/** What a document id looks like. */
export const DOCUMENT_ID_PATTERN: RegExp = /^doc_[0-9a-hjkmnp-tv-z]{26}$/;

/** Lower-case SHA-256 in hex. */
const SHA256_PATTERN = /^[0-9a-f]{64}$/;

/**
 * The id of a document follows from its tenant and its plain bytes, so that the same bytes always get the same id:
 * `doc_` and the first 26 base-32 characters of SHA-256(tenant, 0x00, hex digest of the bytes).
 * Throws INVALID_ARGUMENT when the digest is not 64 lower-case hex digits or the tenant is empty.
 */
export function documentIdOf(tenant: string, sha256: string): string {
  if (tenant === "" || tenant.includes("\0")) {
    throw new PayerHubError("INVALID_ARGUMENT", "deriving a document id: the tenant is empty or holds a NUL, it must be a name");
  }
  if (!SHA256_PATTERN.test(sha256)) {
    throw new PayerHubError("INVALID_ARGUMENT", "deriving a document id: the digest is malformed, it must be 64 lower-case hex digits");
  }
  const digest = createHash("sha256").update(tenant).update("\0").update(sha256).digest();
  return `doc_${base32(digest)}`;
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= BITS_PER_CHARACTER && text.length < ID_LENGTH) {
      bits -= BITS_PER_CHARACTER;
      text += ALPHABET.charAt((value >> bits) & 31);
    }
  }
  return text;
}
