import type { Authorize } from "../authorize.ts";
import { decide, ENROLLED, type Role } from "./policy.ts";

/** Asks the policy on behalf of people with these roles in one tenant. */
export function createAuthorize(options: { readonly tenant: string; readonly roles: readonly Role[] }): Authorize {
  return ({ tenant, purpose, action }) => {
    const principal = { kind: "person", tenant: options.tenant, roles: options.roles } as const;
    const resource = action === "verify_audit" ? "audit" : "document";
    const decision = decide({ principal, tenant, purpose, action, resource, labels: [], consent: ENROLLED });
    return decision.effect === "deny" ? decision.reason : undefined;
  };
}
