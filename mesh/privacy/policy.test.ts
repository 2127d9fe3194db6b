import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ACTIONS, decide, ENROLLED, type PolicyRequest, PURPOSES, ROLES } from "./policy.ts";

const DELIVERY: PolicyRequest = {
  principal: { kind: "service", tenant: "acme", roles: ["delivery"] },
  tenant: "acme",
  purpose: "COVERAGE",
  action: "disclose",
  resource: "document",
  labels: [],
  consent: ENROLLED,
};

function reason(change: Partial<PolicyRequest>): string {
  const decision = decide({ ...DELIVERY, ...change });
  return decision.effect === "deny" ? decision.reason : decision.effect;
}

/** Every cell that may be permitted; all else is denied. Written out, so that a new grant shows here. */
const PERMITTED: ReadonlySet<string> = new Set([
  "service delivery disclose document COVERAGE",
  "service delivery disclose document HPAYMT",
  "service delivery disclose document TREAT",
  "person delivery disclose document COVERAGE",
  "person delivery disclose document HPAYMT",
  "person delivery disclose document TREAT",
  ...["COVERAGE", "HPAYMT", "TREAT", "HOPERAT"].flatMap((purpose) => [
    `service reviewer show document ${purpose}`,
    ...["show", "reveal", "settle", "retry"].map((action) => `person reviewer ${action} document ${purpose}`),
  ]),
  ...["COVERAGE", "HPAYMT", "TREAT", "PATRQT"].flatMap((purpose) => [
    `service case_manager show document ${purpose}`,
    ...["show", "reveal"].map((action) => `person case_manager ${action} document ${purpose}`),
  ]),
  "service auditor verify_audit audit HOPERAT",
  "person auditor verify_audit audit HOPERAT",
]);

test("the whole matrix: what is not granted is denied", () => {
  const seen = new Set<string>();
  for (const kind of ["service", "person"] as const) {
    for (const role of [...ROLES, "admin", ""]) {
      for (const action of [...ACTIONS, "delete", ""]) {
        for (const resource of ["document", "audit"] as const) {
          for (const purpose of [...PURPOSES, "ETREAT", "BTG", ""]) {
            const decision = decide({ ...DELIVERY, principal: { kind, tenant: "acme", roles: [role] }, action, resource, purpose });
            if (decision.effect !== "deny") seen.add(`${kind} ${role} ${action} ${resource} ${purpose}`);
          }
        }
      }
    }
  }
  assert.deepEqual([...seen].sort(), [...PERMITTED].sort());
});

test("another tenant is denied before all else", () => {
  assert.equal(reason({ tenant: "other" }), "tenant.other");
  assert.equal(reason({ principal: { kind: "service", tenant: "", roles: ["delivery"] }, tenant: "" }), "tenant.other");
});

test("marketing and research need the member's explicit word", () => {
  assert.equal(reason({ purpose: "HMARKT" }), "purpose.not_authorized");
  assert.equal(reason({ purpose: "HRESCH" }), "purpose.not_authorized");
  assert.equal(reason({ purpose: "HMARKT", consent: { status: "granted", purposes: ["HMARKT"], labels: [] } }), "permit");
  assert.equal(reason({ purpose: "HMARKT", consent: { status: "granted", purposes: ["HRESCH"], labels: [] } }), "purpose.not_authorized");
});

test("who opted out or revoked is withheld for every purpose and person", () => {
  for (const status of ["opted_out", "revoked"] as const) {
    for (const purpose of PURPOSES)
      assert.equal(reason({ purpose, consent: { status, purposes: [...PURPOSES], labels: [] } }), `consent.${status}`);
  }
});

test("services never reveal, settle or retry", () => {
  for (const action of ["reveal", "settle", "retry"]) {
    assert.equal(reason({ action, principal: { kind: "service", tenant: "acme", roles: ["reviewer"] } }), "action.not_for_services");
  }
});

test("labels that were not authorized are masked, and only those", () => {
  assert.deepEqual(decide({ ...DELIVERY, labels: ["ETH", "HIV"] }), { effect: "permit-with-mask", maskLabels: ["ETH", "HIV"] });
  const consent = { status: "granted" as const, purposes: [], labels: ["ETH"] };
  assert.deepEqual(decide({ ...DELIVERY, labels: ["ETH", "HIV"], consent }), { effect: "permit-with-mask", maskLabels: ["HIV"] });
  assert.equal(decide({ ...DELIVERY, labels: ["ETH"], consent }).effect, "permit");
});

test("requests of any words never throw, and a permit always names a known role, action and purpose", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", ...ROLES, ...ACTIONS, ...PURPOSES));
  fc.assert(
    fc.property(
      word,
      word,
      word,
      fc.array(word, { maxLength: 3 }),
      fc.constantFrom("service", "person"),
      (tenant, purpose, action, roles, kind) => {
        const decision = decide({
          ...DELIVERY,
          principal: { kind: kind === "person" ? "person" : "service", tenant, roles },
          tenant,
          purpose,
          action,
        });
        if (decision.effect === "deny") return;
        assert.ok(PURPOSES.some((known) => known === purpose));
        assert.ok(ACTIONS.some((known) => known === action));
        assert.ok(roles.some((role) => ROLES.some((known) => known === role)));
      },
    ),
    { numRuns: 2000 },
  );
});
