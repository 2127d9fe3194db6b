/** Where a sealed value belongs. All parts are authenticated: a ciphertext moved elsewhere fails to open. */
export interface SealContext {
  readonly tenant: string;
  /** Collection name or `objects`. */
  readonly place: string;
  /** Record id or object key. */
  readonly id: string;
}

/**
 * The one seam that every PHI value at rest passes. Envelope encryption stands behind it: root key, tenant key, data key.
 */
export interface Seal {
  /** Sealed bytes: header, wrapped data key, AES-256-GCM frames. */
  seal(plain: Uint8Array, context: SealContext): Uint8Array;
  /** Throws DATA_LOSS when the bytes were changed or belong to another context. */
  open(sealed: Uint8Array, context: SealContext): Uint8Array;
  /** Streaming form; same format as `seal`. Frames are bounded, so memory stays flat. */
  sealStream(plain: AsyncIterable<Uint8Array>, context: SealContext): AsyncIterable<Uint8Array>;
  openStream(sealed: AsyncIterable<Uint8Array>, context: SealContext): AsyncIterable<Uint8Array>;
  /** Bytes that `seal` makes of `plainBytes`: a stream into the object store needs its size up front. */
  sealedSizeBytes(plainBytes: number): number;
  /** Keyed, truncated HMAC-SHA-256 of a normalised value, hex: for indexed equality on PHI. Own key per tenant. */
  blindIndex(tenant: string, value: string): string;
}
