import { createCipheriv, createDecipheriv } from "node:crypto";

/** Plain bytes of a full frame: bounds the memory of a stream and what a flipped bit can spoil. */
export const FRAME_PLAIN_BYTES = 64 * 1024;
/** GCM authentication tag behind each frame. */
const TAG_BYTES = 16;
/** Sealed bytes of a full frame. */
export const FRAME_SEALED_BYTES = FRAME_PLAIN_BYTES + TAG_BYTES;
/** Random part of the frames' nonce; with 4 bytes of counter and 1 of last-frame flag it makes GCM's 12. */
export const NONCE_PREFIX_BYTES = 7;
/** The counter has 32 bits: 256 TiB a value. */
const MAX_FRAMES = 2 ** 32;

/** What all frames of one value have in common. The data key encrypts one value only, so counters never repeat under it. */
export interface FrameKey {
  readonly dataKey: Uint8Array;
  readonly noncePrefix: Uint8Array;
  /** Authenticated with every frame: header and context. */
  readonly aad: Uint8Array;
}

/**
 * Encrypts frame number `index` in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce is
 * prefix, counter and last-frame flag, so that a frame that is moved, dropped, repeated or cut off does not open. Returns ciphertext and tag, to be joined in this order.
 */
export function sealFrame(key: FrameKey, index: number, last: boolean, plain: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const cipher = createCipheriv("aes-256-gcm", key.dataKey, nonceOf(key, index, last));
  cipher.setAAD(key.aad);
  const ciphertext = cipher.update(plain);
  // GCM is a stream mode: nothing is left for the end but the tag.
  cipher.final();
  return [ciphertext, cipher.getAuthTag()];
}

/** Undefined when the frame is not what `sealFrame` made for this key, number and flag. */
export function openFrame(key: FrameKey, index: number, last: boolean, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key.dataKey, nonceOf(key, index, last), { authTagLength: TAG_BYTES });
  decipher.setAAD(key.aad);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** Sealed bytes of `plainBytes` without the header. Nothing still makes one frame, which proves that it is nothing. */
export function framesSize(plainBytes: number): number {
  return plainBytes + Math.max(1, Math.ceil(plainBytes / FRAME_PLAIN_BYTES)) * TAG_BYTES;
}

function nonceOf(key: FrameKey, index: number, last: boolean): Uint8Array {
  if (index >= MAX_FRAMES) throw new RangeError(`seal frame "${index}": a value has at most ${MAX_FRAMES} frames`);
  const nonce = Buffer.alloc(NONCE_PREFIX_BYTES + 5);
  nonce.set(key.noncePrefix);
  nonce.writeUInt32BE(index, NONCE_PREFIX_BYTES);
  nonce.writeUInt8(last ? 1 : 0, NONCE_PREFIX_BYTES + 4);
  return nonce;
}
