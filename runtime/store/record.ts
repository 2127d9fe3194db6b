import { PayerHubError } from "../error.ts";
import type { Seal } from "../seal.ts";
import { indexKey, indexRange } from "./index-key.ts";
import { checkRecordName, checkSpec, checkTenant } from "./names.ts";
import type { CollectionSpec, FindOptions, Versioned } from "./store.ts";

/** Sealed bytes of one value: a quarter of what a MongoDB document holds; large content belongs in the object store. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Values of one page: bounds its memory and the time a SQLite read holds the thread. */
const MAX_PAGE = 1_000;

/** A value as a store keeps it. */
export interface EncodedRecord<T> {
  readonly value: T;
  readonly body: Uint8Array;
  /** Index key by index name; an index that does not hold the value is absent. */
  readonly keys: Readonly<Record<string, string>>;
}

/** What both stores do alike: checks names, runs the schema both ways, seals, and makes index keys. */
export interface RecordCodec<T> {
  /** Throws INVALID_ARGUMENT when the value does not fit the schema. */
  encode(tenant: string, id: string, value: T): EncodedRecord<T>;
  /** Throws DATA_LOSS when the body was changed, belongs elsewhere or does not fit the schema. */
  decode(tenant: string, id: string, stored: { readonly version: number; readonly body: Uint8Array }): Versioned<T>;
  /** Checks a find and gives its range of index keys. */
  range(tenant: string, options: FindOptions): ReturnType<typeof indexRange>;
}

export function createRecordCodec<T>(spec: CollectionSpec<T>, seal: Seal): RecordCodec<T> {
  checkSpec(spec);
  const contextOf = (tenant: string, id: string) => ({ tenant, place: spec.name, id });
  return {
    encode: (tenant, id, value) => {
      checkRecordName(tenant, id);
      const checked = spec.schema.safeParse(value);
      if (!checked.success) throw misfit("INVALID_ARGUMENT", "write", spec.name, checked.error);
      const body = seal.seal(Buffer.from(JSON.stringify(checked.data), "utf8"), contextOf(tenant, id));
      if (body.length > MAX_BODY_BYTES) {
        throw new PayerHubError(
          "RESOURCE_EXHAUSTED",
          `write a value of "${spec.name}": it has ${body.length} bytes, it must have at most ${MAX_BODY_BYTES}`,
        );
      }
      return { value: checked.data, body, keys: keysOf(spec, id, checked.data) };
    },
    decode: (tenant, id, { version, body }) => {
      const parsed: unknown = JSON.parse(Buffer.from(seal.open(body, contextOf(tenant, id))).toString("utf8"));
      const checked = spec.schema.safeParse(parsed);
      if (!checked.success) throw misfit("DATA_LOSS", "read", spec.name, checked.error);
      return { id, version, value: checked.data };
    },
    range: (tenant, options) => {
      checkTenant(tenant);
      if (!Object.hasOwn(spec.indexes, options.index)) {
        throw new PayerHubError(
          "INVALID_ARGUMENT",
          `find in "${spec.name}" by "${options.index}": there is no such index, it must be declared`,
        );
      }
      if (!Number.isInteger(options.limit) || options.limit < 1 || options.limit > MAX_PAGE) {
        throw new PayerHubError(
          "INVALID_ARGUMENT",
          `find "${options.limit}" values: the limit is out of range, it must be 1 to ${MAX_PAGE}`,
        );
      }
      return indexRange(options);
    },
  };
}

function keysOf<T>(spec: CollectionSpec<T>, id: string, value: T): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const [name, partsOf] of Object.entries(spec.indexes)) {
    const parts = partsOf(value);
    if (parts !== undefined) keys[name] = indexKey(parts, id);
  }
  return keys;
}

/** The schema's own messages may repeat values, so they stay in the cause. */
function misfit(
  code: "INVALID_ARGUMENT" | "DATA_LOSS",
  verb: string,
  name: string,
  cause: { readonly issues: readonly unknown[] },
): PayerHubError {
  const message = `${verb} a value of "${name}": it breaks the schema in ${cause.issues.length} places, it must fit`;
  return new PayerHubError(code, message, { cause });
}
