/** Bytes of the start of an upload that a signature may need. */
export const SNIFF_BYTES = 8;

interface Signature {
  readonly type: string;
  readonly bytes: readonly number[];
}

/** Signatures of media types by first bytes (IANA media type registrations; ELF and PE specifications for programs). */
const SIGNATURES: readonly Signature[] = [
  { type: "application/pdf", bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { type: "image/tiff", bytes: [0x49, 0x49, 0x2a, 0x00] },
  { type: "image/tiff", bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { type: "image/png", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/jpeg", bytes: [0xff, 0xd8, 0xff] },
  { type: "application/zip", bytes: [0x50, 0x4b, 0x03, 0x04] },
  { type: "application/vnd.microsoft.portable-executable", bytes: [0x4d, 0x5a] },
  { type: "application/x-elf", bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { type: "text/x-shellscript", bytes: [0x23, 0x21] },
];

/**
 * The media type that the first bytes state, or the empty string when no signature matches. Only the signature is looked
 * at: the gateway never parses foreign bytes.
 */
export function sniff(head: Uint8Array): string {
  const matches = ({ bytes }: Signature) => bytes.every((byte, index) => head[index] === byte);
  return SIGNATURES.find(matches)?.type ?? "";
}
