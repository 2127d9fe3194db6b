import { PayerHubError } from "../../runtime/error.ts";

/** What the reader can take. */
export type DocumentKind = "pdf" | "tiff" | "png" | "jpeg";

/** PDF readers accept the header within the first 1,024 bytes (ISO 32000-1, annex H). */
const PDF_HEADER_WINDOW = 1024;

interface Signature {
  readonly kind: DocumentKind;
  readonly bytes: readonly number[];
}

const SIGNATURES: readonly Signature[] = [
  { kind: "tiff", bytes: [0x49, 0x49, 0x2a, 0x00] },
  { kind: "tiff", bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { kind: "png", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { kind: "jpeg", bytes: [0xff, 0xd8, 0xff] },
];

/** Formats refused by name, so that the reason says what came. */
const REFUSED: readonly { readonly what: string; readonly bytes: readonly number[] }[] = [
  { what: "an executable", bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { what: "an executable", bytes: [0x4d, 0x5a] },
  { what: "an executable", bytes: [0xcf, 0xfa, 0xed, 0xfe] },
  { what: "a script", bytes: [0x23, 0x21] },
  { what: "an archive", bytes: [0x50, 0x4b, 0x03, 0x04] },
  { what: "an archive", bytes: [0x1f, 0x8b] },
];

/**
 * Kind of the document by its first bytes; a file name is never believed. Throws INVALID_ARGUMENT for an empty file, an
 * executable and anything the reader does not take.
 */
export function sniffDocument(bytes: Uint8Array): DocumentKind {
  if (bytes.length === 0) throw new PayerHubError("INVALID_ARGUMENT", "read document: the file is empty, at least one page is required");
  const starts = (signature: readonly number[]) => signature.every((value, index) => bytes[index] === value);
  const refused = REFUSED.find((entry) => starts(entry.bytes));
  if (refused !== undefined) throw refusal(refused.what);
  const known = SIGNATURES.find((signature) => starts(signature.bytes));
  if (known !== undefined) return known.kind;
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, PDF_HEADER_WINDOW));
  if (head.includes("%PDF-")) return "pdf";
  throw refusal("of an unknown kind");
}

function refusal(what: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `read document: the file is ${what}, a PDF, TIFF, PNG or JPEG is required`);
}
