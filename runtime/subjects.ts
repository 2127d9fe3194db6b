import { PayerHubError } from "./error.ts";

/**
 * Every subject of the product, built in one place: `<domain>.<version>.<tenant>.<entity>.<event>`, the tenant at the third
 * token. Subjects carry no ids and no PHI.
 */
const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Throws INVALID_ARGUMENT unless the text may stand as a tenant or hub token in a subject and an object key. */
export function assertToken(kind: "tenant" | "hub", text: string): void {
  if (!TENANT.test(text)) {
    throw new PayerHubError("INVALID_ARGUMENT", `naming a ${kind} "${text.slice(0, 64)}": it must be 1 to 63 of a-z, 0-9 and hyphen`);
  }
}

export const DOCUMENT_SUBJECTS = "documents.v1.*.document.*";
export const HUB_SUBJECTS = "hub.v1.*.*.>";
export const DEAD_LETTER_SUBJECTS = "dead.v1.>";
/** Request/reply: QueryStatusRequest in, GetDocumentStatusResponse out; error code in the service headers. */
export const STATUS_SUBJECT = "payerhub.v1.status";

export function documentSubject(tenant: string, event: string): string {
  assertToken("tenant", tenant);
  return `documents.v1.${tenant}.document.${event}`;
}

/** Filter over all tenants for one document event. */
export function documentFilter(event: string): string {
  return `documents.v1.*.document.${event}`;
}

/** `type` is a hub event type such as `prior_authorization.approved`. */
export function hubSubject(tenant: string, hub: string, type: string): string {
  assertToken("tenant", tenant);
  assertToken("hub", hub);
  return `hub.v1.${tenant}.${hub}.${type}`;
}

export function deadLetterSubject(consumer: string): string {
  return `dead.v1.${consumer}`;
}
