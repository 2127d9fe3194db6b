/** One access by a person, to be decided before it happens. */
export interface AccessRequest {
  readonly tenant: string;
  /** Login id. */
  readonly person: string;
  /** HL7 PurposeOfUse code. */
  readonly purpose: string;
  readonly action: "show" | "reveal" | "settle" | "retry" | "verify_audit";
}

/** Undefined permits; a text is the stable reason of the denial. */
export type Authorize = (request: AccessRequest) => string | undefined;
