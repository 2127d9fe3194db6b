import { PayerHubError } from "../../runtime/error.ts";

/** Marker segments looked at before the frame header; metadata takes some dozens. */
const MAX_JPEG_SEGMENTS = 2_000;
/** IHDR: length, type, then width and height. */
const PNG_HEADER_BYTES = 24;

/** Pixel size of a PNG by its IHDR chunk (ISO/IEC 15948). Throws INVALID_ARGUMENT when it is cut off. */
export function readPngSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PNG_HEADER_BYTES || view.getUint32(12) !== 0x49484452) throw damaged("PNG");
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Pixel size of a JPEG by its frame header (ITU-T T.81). Throws INVALID_ARGUMENT when there is none. */
export function readJpegSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  for (let segment = 0; segment < MAX_JPEG_SEGMENTS && at + 9 < bytes.length; segment += 1) {
    if (bytes[at] !== 0xff) throw damaged("JPEG");
    const marker = bytes[at + 1] ?? 0;
    if (isFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  throw damaged("JPEG");
}

/** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function damaged(kind: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `read ${kind}: its header is damaged, a complete file is required`);
}
