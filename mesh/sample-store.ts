import { PayerHubError } from "../runtime/error.ts";
import type { Collection, CollectionSpec, FindOptions, IndexPart, Store, Versioned } from "../runtime/store/store.ts";

/** A store in memory with the port's semantics, for the tests of the stages; values are checked and copied. */
export function createSampleStore(): Store {
  const rows = new Map<string, Map<string, Versioned<unknown>>>();
  return {
    collection: async <T>(spec: CollectionSpec<T>): Promise<Collection<T>> => {
      const known = rows.get(spec.name) ?? new Map<string, Versioned<unknown>>();
      rows.set(spec.name, known);
      return collectionOf(spec, known);
    },
    close: async () => {},
  };
}

function collectionOf<T>(spec: CollectionSpec<T>, rows: Map<string, Versioned<unknown>>): Collection<T> {
  const key = (tenant: string, id: string) => JSON.stringify([tenant, id]);
  const read = (row: Versioned<unknown>): Versioned<T> => ({ ...row, value: spec.schema.parse(structuredClone(row.value)) });
  const write = (tenant: string, id: string, version: number, value: T): Versioned<T> => {
    const row = { id, version, value: structuredClone(spec.schema.parse(value)) };
    rows.set(key(tenant, id), row);
    return read(row);
  };
  const find: Collection<T>["find"] = async (tenant, options) => {
    const items = [...rows]
      .filter(([name]) => JSON.parse(name)[0] === tenant)
      .map(([, row]) => read(row))
      .filter((row) => inIndex(spec.indexes[options.index]?.(row.value), options))
      .sort((left, right) => compare(spec, options.index, left, right));
    const start = options.after === undefined ? 0 : Number(options.after);
    const page = items.slice(start, start + options.limit);
    return { items: page, ...(start + options.limit < items.length ? { next: String(start + options.limit) } : {}) };
  };
  return {
    get: async (tenant, id) => {
      const row = rows.get(key(tenant, id));
      return row === undefined ? undefined : read(row);
    },
    insert: async (tenant, id, value) => {
      if (rows.has(key(tenant, id)))
        throw new PayerHubError("ALREADY_EXISTS", `inserting into "${spec.name}": the id is taken, a free one is required`);
      return write(tenant, id, 1, value);
    },
    update: async (tenant, id, expectedVersion, value) => {
      const row = rows.get(key(tenant, id));
      if (row === undefined) throw new PayerHubError("NOT_FOUND", `updating "${spec.name}": there is no such id, one is required`);
      if (row.version !== expectedVersion)
        throw new PayerHubError("ABORTED", `updating "${spec.name}": the version moved on, the read one is required`);
      return write(tenant, id, row.version + 1, value);
    },
    find,
    claimNext: async (tenant, options, claim) => {
      for (const row of (await find(tenant, options)).items) {
        const value = claim(row.value);
        if (value !== undefined) return write(tenant, row.id, row.version + 1, value);
      }
      return undefined;
    },
  };
}

function inIndex(parts: readonly IndexPart[] | undefined, { prefix, from, before }: FindOptions): boolean {
  if (parts === undefined || prefix.some((part, index) => parts[index] !== part)) return false;
  const next = parts[prefix.length];
  return (from === undefined || (next !== undefined && next >= from)) && (before === undefined || (next !== undefined && next < before));
}

function compare<T>(spec: CollectionSpec<T>, index: string, left: Versioned<T>, right: Versioned<T>): number {
  const [a, b] = [left, right].map((row) => [...(spec.indexes[index]?.(row.value) ?? []), row.id]);
  for (const [at, part] of (a ?? []).entries()) {
    const other = b?.[at] ?? "";
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
