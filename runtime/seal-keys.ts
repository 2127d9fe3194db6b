import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

/** AES-256 key. */
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** A wrapped data key: nonce, encrypted key, tag. */
export const WRAPPED_KEY_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
/** 128 bits of HMAC: no collision among the values of one tenant, and nothing of the value comes back. */
const BLIND_INDEX_BYTES = 16;
/** Derived keys kept; one tenant has two. Deriving again costs microseconds, so dropping all is fine. */
const MAX_CACHED_KEYS = 4_096;

/** Keys derived from one root key with HKDF-SHA256 (RFC 5869), one per tenant and purpose. */
export interface TenantKeys {
  /** Encrypts a value's data key (AES-256-GCM, random nonce: sound for 2^32 values a tenant, NIST SP 800-38D 8.3). */
  wrap(tenant: string, dataKey: Uint8Array, options: { readonly nonce: Uint8Array; readonly aad: Uint8Array }): Uint8Array;
  /** Undefined when the key was not wrapped for this tenant and `aad`. */
  unwrap(tenant: string, wrapped: Uint8Array, aad: Uint8Array): Uint8Array | undefined;
  blindIndex(tenant: string, value: string): string;
}

export const WRAP_NONCE_BYTES = NONCE_BYTES;

export function createTenantKeys(rootKey: Uint8Array): TenantKeys {
  if (rootKey.length !== KEY_BYTES) throw new RangeError(`use a root key: it has ${rootKey.length} bytes, it must have ${KEY_BYTES}`);
  const cache = new Map<string, Uint8Array>();
  const keyOf = (purpose: "wrap" | "blind-index", tenant: string): Uint8Array => {
    const info = `payerhub seal v1 ${purpose} ${tenant}`;
    const cached = cache.get(info);
    if (cached !== undefined) return cached;
    const key = new Uint8Array(hkdfSync("sha256", rootKey, new Uint8Array(0), info, KEY_BYTES));
    if (cache.size >= MAX_CACHED_KEYS) cache.clear();
    cache.set(info, key);
    return key;
  };
  return {
    wrap: (tenant, dataKey, { nonce, aad }) => {
      const cipher = createCipheriv("aes-256-gcm", keyOf("wrap", tenant), nonce);
      cipher.setAAD(aad);
      return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap: (tenant, wrapped, aad) => {
      const nonce = wrapped.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", keyOf("wrap", tenant), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(aad);
      decipher.setAuthTag(wrapped.subarray(NONCE_BYTES + KEY_BYTES));
      const dataKey = decipher.update(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES));
      try {
        return Buffer.concat([dataKey, decipher.final()]);
      } catch {
        return undefined;
      }
    },
    blindIndex: (tenant, value) =>
      createHmac("sha256", keyOf("blind-index", tenant)).update(value, "utf8").digest().subarray(0, BLIND_INDEX_BYTES).toString("hex"),
  };
}
