import type { Bundle } from "@medplum/fhirtypes";
import { z } from "zod";
import { DocumentReleased, type ObjectRef, Understanding } from "../../proto/document/v1/document.pb.ts";
import { derivedId } from "../../runtime/derived-id.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Seal } from "../../runtime/seal.ts";
import type { Collection } from "../../runtime/store/store.ts";
import type { AuditTrail } from "../audit-trail.ts";
import { documentTypeName } from "../document-type-name.ts";
import type { EventMessage } from "../events.ts";
import { memberIndexes } from "../member-index.ts";
import { artefactKey, type Stage, type StageContext, type StageOutcome } from "../stage.ts";
import type { ConsentRecord } from "../store/consents.ts";
import { recordRef } from "../store/object-ref.ts";
import { allowedPaths, HUB_ROLES } from "./disclosure.ts";
import { cutBundle } from "./minimum-necessary.ts";
import { type ConsentState, type DenyReason, decide, ENROLLED, PURPOSES } from "./policy.ts";
import { sensitivityOf } from "./sensitivity.ts";

const FHIR_JSON = "application/fhir+json";
/** Consent records of one member that are looked at; the strictest counts. */
const MAX_CONSENTS = 100;

export const releaseConfigSchema = z.strictObject({
  /** Why this tenant's hub gets documents. */
  purpose: z.enum(PURPOSES).default("COVERAGE"),
  /** Staff that the hub's bundle is cut for. */
  hubRole: z.enum(HUB_ROLES).default("reimbursement"),
});
export type ReleaseConfig = Readonly<z.infer<typeof releaseConfigSchema>>;

export interface ReleaseDeps {
  readonly consents: Collection<ConsentRecord>;
  readonly audit: AuditTrail;
  readonly seal: Seal;
  readonly config: ReleaseConfig;
}

/** What this service is in audit entries. */
const ACTOR = "service:release";

/**
 * The gate before anything leaves: consent and purpose decide, the bundle is cut to what the hub's staff needs, and the
 * disclosure is in the audit log before the event goes on. A denied document stops in state `withheld`, audited too.
 */
export function createReleaseStage(deps: ReleaseDeps): Stage<"mapped"> {
  return {
    name: "release",
    input: "mapped",
    run: async (message, context) => {
      const { understanding: understandingRef, bundle: bundleRef } = message;
      if (understandingRef === undefined || bundleRef === undefined) {
        throw new PayerHubError(
          "INVALID_ARGUMENT",
          'releasing the event "mapped": it lacks an artefact, understanding and bundle are required',
        );
      }
      const { tenant, objects, signal } = context;
      const understanding = await objects.readMessage(tenant, understandingRef, Understanding, signal);
      const consent = await consentOf(deps, understanding, context);
      const labels = [
        ...new Set(understanding.fields.flatMap(({ name, value }) => (name.endsWith(".icd10") ? (sensitivityOf(value) ?? []) : []))),
      ];
      const principal = { kind: "service", tenant, roles: ["delivery"] } as const;
      const decision = decide({
        principal,
        tenant,
        purpose: deps.config.purpose,
        action: "disclose",
        resource: "document",
        labels,
        consent,
      });
      if (decision.effect === "deny") return await withhold(deps, decision.reason, context);
      const maskLabels = decision.effect === "permit-with-mask" ? decision.maskLabels : [];
      return await disclose({ deps, message, bundleRef, context, maskLabels, documentType: documentTypeName(understanding.type) });
    },
  };
}

async function consentOf(deps: ReleaseDeps, understanding: Understanding, { tenant, signal }: StageContext): Promise<ConsentState> {
  const { member, person } = memberIndexes(deps.seal, tenant, understanding);
  const records: ConsentRecord[] = [];
  for (const [index, key] of [
    ["byMember", member],
    ["byPerson", person],
  ] as const) {
    if (key === undefined) continue;
    const page = await deps.consents.find(tenant, { index, prefix: [key], limit: MAX_CONSENTS, signal });
    records.push(...page.items.map(({ value }) => value));
  }
  return strictest(records);
}

/** Of several records (by member, by person) one refusal outweighs every grant; else the latest counts. */
function strictest(records: readonly ConsentRecord[]): ConsentState {
  const refusal = records.find(({ status }) => status === "opted_out") ?? records.find(({ status }) => status === "revoked");
  if (refusal !== undefined) return { status: refusal.status, purposes: [], labels: [] };
  const latest = records.toSorted((left, right) => right.recordedAtMs - left.recordedAtMs)[0];
  return latest === undefined ? ENROLLED : { status: "granted", purposes: latest.purposes, labels: latest.labels };
}

async function withhold(deps: ReleaseDeps, reason: DenyReason, context: StageContext): Promise<StageOutcome> {
  await deps.audit.append(auditEntry(deps, context, "disclosure.denied", Buffer.from(reason)), context.signal);
  return { next: undefined, facts: { state: "withheld", reasons: [reason] } };
}

interface Disclosure {
  readonly deps: ReleaseDeps;
  readonly message: EventMessage<"mapped">;
  readonly bundleRef: ObjectRef;
  readonly context: StageContext;
  readonly maskLabels: readonly string[];
  readonly documentType: string;
}

async function disclose({ deps, message, bundleRef, context, maskLabels, documentType }: Disclosure): Promise<StageOutcome> {
  const { tenant, objects, signal } = context;
  const { purpose, hubRole } = deps.config;
  const allowed = allowedPaths({ role: hubRole, documentType, purpose });
  const bundle = JSON.parse(Buffer.from(await objects.readBytes(tenant, bundleRef, signal)).toString("utf8")) as Bundle;
  const bytes = Buffer.from(JSON.stringify(cutBundle(bundle, { allowed, maskLabels, purpose })));
  const disclosed = await objects.putBytes({ tenant, key: artefactKey(context, "disclosed.json"), contentType: FHIR_JSON }, bytes, signal);
  const { id } = await deps.audit.append(auditEntry(deps, context, "disclosure.permitted", bytes), signal);
  return {
    next: { name: "released", message: DocumentReleased.fromPartial({ ...message, disclosedBundle: disclosed, auditEntryId: id }) },
    facts: { state: "released", disclosedBundle: recordRef(disclosed) },
  };
}

/** The id follows from document, revision and outcome: a redelivery finds its entry, a changed consent makes a new one. */
function auditEntry(deps: ReleaseDeps, { tenant, documentId, revision }: StageContext, action: string, body: Uint8Array) {
  const id = derivedId("audit", tenant, documentId, revision, action);
  return { id, tenant, actor: ACTOR, purpose: deps.config.purpose, action, resource: `document/${documentId}/r${revision}`, body };
}
