import { FRAME_HEAD_BYTES } from "../wire/frame.ts";

/** A message with gRPC's head before it. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + message.byteLength);
  frame[0] = 0;
  frame.writeUInt32BE(message.byteLength, 1);
  frame.set(message, FRAME_HEAD_BYTES);
  return frame;
}
