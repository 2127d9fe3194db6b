/** What is written down about one access to PHI. Every text is an id, a code or an enum: never a member's value. */
export interface AuditEntryInput {
  /** A second append with the same id writes nothing and answers with the first entry. */
  readonly id: string;
  readonly tenant: string;
  /** Service name or the person's login id. */
  readonly actor: string;
  /** HL7 PurposeOfUse code, for example `COVERAGE`. */
  readonly purpose: string;
  /** For example `disclosure.permitted`, `review.show`. */
  readonly action: string;
  /** Kind and id, for example `document/9b1f…`. */
  readonly resource: string;
  /** What was disclosed or changed; only its keyed digest is written. */
  readonly body: Uint8Array;
}

/** Appends are durable when they resolve; a caller that cannot append must not go on. */
export interface AuditTrail {
  /** Throws UNAVAILABLE when the entry cannot be made durable now. */
  append(entry: AuditEntryInput, signal: AbortSignal): Promise<{ readonly id: string; readonly seq: number }>;
}
