import { PayerHubError } from "../../runtime/error.ts";
import { MAX_WINDOW_BYTES, SETTING } from "./frames.ts";

/** What of a client's settings matters to a server that answers. */
export interface ClientSettings {
  /** Window that each stream begins with, in bytes. */
  readonly initialWindow?: number;
  /** Longest frame that it takes, in bytes. */
  readonly frameBytes?: number;
}

/** Reads the payload of a SETTINGS frame; INVALID_ARGUMENT for one that the protocol forbids. */
export function readClientSettings(payload: Buffer): ClientSettings {
  let settings: ClientSettings = {};
  for (let at = 0; at + 6 <= payload.length; at += 6) {
    const id = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    if (id === SETTING.initialWindow && value > MAX_WINDOW_BYTES) throw broken("a window is larger than any may be");
    if (id === SETTING.maxFrame && (value < 16_384 || value > 2 ** 24 - 1)) throw broken("a frame length is none that may be");
    if (id === SETTING.initialWindow) settings = { ...settings, initialWindow: value };
    else if (id === SETTING.maxFrame) settings = { ...settings, frameBytes: value };
  }
  return settings;
}

function broken(states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading HTTP/2 settings: ${states}`);
}
