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

/** Every combination of one value from each list. */
function combinations(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return lists.reduce<readonly (readonly string[])[]>((all, list) => all.flatMap((row) => list.map((value) => [...row, value])), [[]]);
}

test("the whole matrix: what is not granted is denied", () => {
  const roles = [...ROLES, "admin", ""];
  const cells = combinations([
    ["service", "person"],
    roles,
    [...ACTIONS, "delete", ""],
    ["document", "audit"],
    [...PURPOSES, "ETREAT", "BTG", ""],
  ]);
  const permitted = cells.filter(([kind, role = "", action = "", resource, purpose = ""]) => {
    const principal = { kind: kind === "person" ? ("person" as const) : ("service" as const), tenant: "acme", roles: [role] };
    const request = { principal, action, purpose, resource: resource === "audit" ? ("audit" as const) : ("document" as const) };
    return decide({ ...DELIVERY, ...request }).effect !== "deny";
  });
  assert.deepEqual(permitted.map((cell) => cell.join(" ")).sort(), [...PERMITTED].sort());
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
  const request = fc.record({
    tenant: word,
    purpose: word,
    action: word,
    roles: fc.array(word, { maxLength: 3 }),
    kind: fc.constantFrom("service" as const, "person" as const),
  });
  fc.assert(
    fc.property(request, ({ tenant, purpose, action, roles, kind }) => {
      const decision = decide({ ...DELIVERY, principal: { kind, tenant, roles }, tenant, purpose, action });
      if (decision.effect === "deny") return;
      assert.ok(PURPOSES.some((known) => known === purpose));
      assert.ok(ACTIONS.some((known) => known === action));
      assert.ok(roles.some((role) => ROLES.some((known) => known === role)));
    }),
    { numRuns: 2000 },
  );
});
