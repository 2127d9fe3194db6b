/** Who may act. Services deliver, people review and look. */
export const ROLES = ["delivery", "reviewer", "case_manager", "auditor"] as const;
export type Role = (typeof ROLES)[number];

export const ACTIONS = ["disclose", "show", "reveal", "settle", "retry", "verify_audit"] as const;
export type Action = (typeof ACTIONS)[number];

/** Purposes of use that this product knows, of HL7's PurposeOfUse 3.1.0 (system v3-ActReason). Any other is denied. */
export const PURPOSES = ["COVERAGE", "HPAYMT", "TREAT", "HOPERAT", "PATRQT", "HMARKT", "HRESCH"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Purposes that enrolling in a program covers. The others need the member's explicit authorization. */
const COVERED_BY_ENROLLMENT: ReadonlySet<string> = new Set(["COVERAGE", "HPAYMT", "TREAT", "HOPERAT", "PATRQT"]);

/** What the member said. `enrolled` is the state without a record. */
export interface ConsentState {
  readonly status: "enrolled" | "granted" | "opted_out" | "revoked";
  /** Purposes explicitly authorized. */
  readonly purposes: readonly string[];
  /** Sensitivity labels explicitly authorized. */
  readonly labels: readonly string[];
}

export const ENROLLED: ConsentState = { status: "enrolled", purposes: [], labels: [] };

export interface PolicyRequest {
  readonly principal: { readonly kind: "service" | "person"; readonly tenant: string; readonly roles: readonly string[] };
  /** Tenant of the resource. */
  readonly tenant: string;
  readonly purpose: string;
  readonly action: string;
  readonly resource: "document" | "audit";
  /** Sensitivity labels of the resource, for example `ETH`. */
  readonly labels: readonly string[];
  readonly consent: ConsentState;
}

export type PolicyDecision =
  | { readonly effect: "permit" }
  /** Permitted without what carries these labels. */
  | { readonly effect: "permit-with-mask"; readonly maskLabels: readonly string[] }
  | { readonly effect: "deny"; readonly reason: DenyReason };

export type DenyReason =
  | "tenant.other"
  | "purpose.unknown"
  | "purpose.not_authorized"
  | "consent.opted_out"
  | "consent.revoked"
  | "role.not_granted"
  | "action.not_for_services";

interface Grant {
  readonly role: Role;
  readonly resource: "document" | "audit";
  readonly actions: readonly Action[];
  readonly purposes: readonly Purpose[];
}

/** All that is allowed; what does not stand here is not. */
const GRANTS: readonly Grant[] = [
  { role: "delivery", resource: "document", actions: ["disclose"], purposes: ["COVERAGE", "HPAYMT", "TREAT", "HMARKT", "HRESCH"] },
  {
    role: "reviewer",
    resource: "document",
    actions: ["show", "reveal", "settle", "retry"],
    purposes: ["COVERAGE", "HPAYMT", "TREAT", "HOPERAT"],
  },
  { role: "case_manager", resource: "document", actions: ["show", "reveal"], purposes: ["COVERAGE", "HPAYMT", "TREAT", "PATRQT"] },
  { role: "auditor", resource: "audit", actions: ["verify_audit"], purposes: ["HOPERAT"] },
];

/** Actions of a person's judgment: a service never does them, whatever its roles. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(["reveal", "settle", "retry"]);

type Rule = (request: PolicyRequest) => DenyReason | undefined;

const RULES: readonly Rule[] = [
  ({ principal, tenant }) => (principal.tenant === tenant && tenant !== "" ? undefined : "tenant.other"),
  ({ purpose }) => (PURPOSES.some((known) => known === purpose) ? undefined : "purpose.unknown"),
  ({ consent, resource }) => (resource === "document" && consent.status === "opted_out" ? "consent.opted_out" : undefined),
  ({ consent, resource }) => (resource === "document" && consent.status === "revoked" ? "consent.revoked" : undefined),
  ({ purpose, consent }) =>
    COVERED_BY_ENROLLMENT.has(purpose) || consent.purposes.includes(purpose) ? undefined : "purpose.not_authorized",
  ({ principal, action }) => (principal.kind === "service" && FOR_PEOPLE.has(action) ? "action.not_for_services" : undefined),
  (request) => (GRANTS.some((grant) => grants(grant, request)) ? undefined : "role.not_granted"),
];

function grants({ role, resource, actions, purposes }: Grant, request: PolicyRequest): boolean {
  return (
    request.principal.roles.includes(role) &&
    request.resource === resource &&
    actions.some((action) => action === request.action) &&
    purposes.some((purpose) => purpose === request.purpose)
  );
}

/**
 * The one decision about access to PHI: pure, deny by default, first reason wins. A permit still leaves out what carries a
 * sensitivity label that the member did not authorize.
 */
export function decide(request: PolicyRequest): PolicyDecision {
  for (const rule of RULES) {
    const reason = rule(request);
    if (reason !== undefined) return { effect: "deny", reason };
  }
  const maskLabels = request.labels.filter((label) => !request.consent.labels.includes(label));
  return maskLabels.length === 0 ? { effect: "permit" } : { effect: "permit-with-mask", maskLabels };
}
