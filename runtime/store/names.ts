import { PayerHubError } from "../error.ts";
import type { CollectionSpec } from "./store.ts";

/** Both stores build table, collection and field names from these. */
const COLLECTION_NAME = /^[a-z][a-zA-Z0-9_]{0,39}$/;
const INDEX_NAME = /^[a-z][a-zA-Z0-9]{0,39}$/;
/** No slash: it separates tenant and id in a MongoDB key. */
const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Printable ASCII: ids sort and compare alike everywhere. */
const ID = /^[!-~]{1,200}$/;

/** Throws INVALID_ARGUMENT for a tenant or id that a store cannot keep. Neither is repeated: a wrong one may hold anything. */
export function checkRecordName(tenant: string, id: string): void {
  checkTenant(tenant);
  if (!ID.test(id))
    throw invalid(`use a record id of ${id.length} characters: it is malformed, it must be 1 to 200 printable ASCII characters`);
}

export function checkTenant(tenant: string): void {
  if (!TENANT.test(tenant)) {
    throw invalid(`use a tenant of ${tenant.length} characters: it is malformed, it must be 1 to 64 letters, digits and ._-`);
  }
}

/** Throws INVALID_ARGUMENT for a collection whose names no store could use. */
export function checkSpec(spec: Pick<CollectionSpec<unknown>, "name"> & { readonly indexes: object }): void {
  if (!COLLECTION_NAME.test(spec.name)) throw invalid(`open collection "${spec.name}": the name is malformed, it must be an identifier`);
  const wrong = Object.keys(spec.indexes).find((name) => !INDEX_NAME.test(name));
  if (wrong !== undefined)
    throw invalid(`open collection "${spec.name}" with index "${wrong}": the name is malformed, it must be an identifier`);
}

function invalid(message: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", message);
}
