import type { Logger } from "../runtime/log.ts";
import type { Tokens } from "./auth.ts";
import type { Intake } from "./intake.ts";
import type { EdgeLimits } from "./limits.ts";
import type { Slots } from "./slots.ts";
import type { StatusLookup } from "./status.ts";

/** What a client is asked to wait when the gateway is full, in seconds. */
export const RETRY_AFTER_S = 5;

/** What both ports of the gateway work with. */
export interface PortParts {
  readonly intake: Intake;
  readonly lookup: StatusLookup;
  readonly tokens: Tokens;
  /** Uploads in progress over all channels. */
  readonly uploads: Slots;
  readonly limits: EdgeLimits;
  readonly log: Logger;
}

/** Where a port listens; port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A port that serves. */
export interface ServingPort {
  readonly port: number;
  /** Refuses new calls, lets running ones finish within the drain limit, then cuts them off. */
  stop(): Promise<void>;
}
