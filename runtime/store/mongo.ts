import { MongoClient } from "mongodb";
import type { Collection as MongoCollection, Db } from "mongodb";
import { PayerHubError } from "../error.ts";
import type { Seal } from "../seal.ts";
import { abortable, abortError, withDeadline } from "../signals.ts";
import { createClaimNext } from "./claim.ts";
import { cursorOf } from "./index-key.ts";
import { mongoError } from "./mongo-error.ts";
import { checkRecordName } from "./names.ts";
import { createRecordCodec } from "./record.ts";
import type { EncodedRecord, RecordCodec } from "./record.ts";
import type { Collection, CollectionSpec, FindOptions, FoundPage, Store } from "./store.ts";

/** Time for one call including the driver's own retries; the caller's signal may be shorter. */
const CALL_DEADLINE_MS = 15_000;
/** A connection on which an answer is this late is closed. */
const SOCKET_TIMEOUT_MS = 20_000;
/** Time to find a server that answers. */
const SERVER_SELECTION_TIMEOUT_MS = 5_000;
/** Connections of one process; calls beyond wait for one. */
const MAX_CONNECTIONS = 50;

export interface MongoStoreOptions {
  /** `mongodb://…` */
  readonly url: string;
  readonly database: string;
  readonly seal: Seal;
  readonly signal: AbortSignal;
}

/** Tenant and id are in `_id`, so that uniqueness holds per tenant; `tenant` alone serves the indexes. */
interface StoredDocument {
  readonly _id: string;
  readonly tenant: string;
  readonly id: string;
  readonly version: number;
  readonly body: Uint8Array;
  /** Index key by index name. */
  readonly keys: Readonly<Record<string, string>>;
}

interface Table<T> {
  readonly name: string;
  readonly codec: RecordCodec<T>;
  readonly documents: MongoCollection<StoredDocument>;
}

/**
 * Collections in a MongoDB database, by single-document atomicity alone: no transactions, change streams or partial
 * indexes, which compatible servers lack. Writes are acknowledged by a majority with the journal on disk.
 */
export async function createMongoStore(options: MongoStoreOptions): Promise<Store> {
  const client = new MongoClient(options.url, {
    appName: "payerhub",
    maxPoolSize: MAX_CONNECTIONS,
    serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    socketTimeoutMS: SOCKET_TIMEOUT_MS,
    waitQueueTimeoutMS: CALL_DEADLINE_MS,
    writeConcern: { w: "majority", journal: true },
    readPreference: "primary",
    promoteBuffers: true,
  });
  try {
    await called("connect to the store", options.signal, async () => await client.connect());
  } catch (error) {
    await client.close();
    throw error;
  }
  const db = client.db(options.database);
  return {
    collection: async (spec) => await openCollection(db, spec, options),
    close: async () => await client.close(),
  };
}

async function openCollection<T>(db: Db, spec: CollectionSpec<T>, { seal, signal }: MongoStoreOptions): Promise<Collection<T>> {
  const codec = createRecordCodec(spec, seal);
  const documents = db.collection<StoredDocument>(spec.name);
  for (const index of Object.keys(spec.indexes)) {
    await called(
      "make an index",
      signal,
      async () => await documents.createIndex({ tenant: 1, [`keys.${index}`]: 1 }, { name: `by_${index}` }),
    );
  }
  return createCollection({ name: spec.name, codec, documents });
}

function createCollection<T>(table: Table<T>): Collection<T> {
  const { name, codec, documents } = table;
  const find: Collection<T>["find"] = async (tenant, options) =>
    await called(`find in "${name}"`, options.signal, async () => await findPage(table, tenant, options));
  const update: Collection<T>["update"] = async (tenant, { id, version }, value, signal) => {
    const record = codec.encode(tenant, id, value);
    return await called(
      `update a value of "${name}"`,
      signal,
      async () => await replaceDocument(table, { tenant, id, expectedVersion: version, signal }, record),
    );
  };
  return {
    get: async (tenant, id, signal) => {
      checkRecordName(tenant, id);
      const found = await called(
        `get a value of "${name}"`,
        signal,
        async () => await documents.findOne({ _id: keyOf(tenant, id) }, { signal }),
      );
      return found === null ? undefined : codec.decode(tenant, id, found);
    },
    insert: async (tenant, id, value, signal) => {
      const record = codec.encode(tenant, id, value);
      await called(
        `insert a value of "${name}"`,
        signal,
        async () => await documents.insertOne(documentOf({ tenant, id, version: 1 }, record)),
      );
      return { id, version: 1, value: record.value };
    },
    update,
    find,
    claimNext: createClaimNext({ find, update }),
  };
}

async function findPage<T>({ documents, codec }: Table<T>, tenant: string, options: FindOptions): Promise<FoundPage<T>> {
  const { low, lowIsTaken, high } = codec.range(tenant, options);
  const field = `keys.${options.index}`;
  const filter = { tenant, [field]: { [lowIsTaken ? "$gt" : "$gte"]: low, $lt: high } };
  // One more than asked tells whether there is a next page; the batch is the whole page, so there is no second round trip.
  const query = {
    sort: { tenant: 1, [field]: 1 },
    limit: options.limit + 1,
    batchSize: options.limit + 2,
    signal: options.signal,
  } as const;
  const found = await documents.find(filter, query).toArray();
  const items = found.slice(0, options.limit);
  const last = items.at(-1)?.keys[options.index];
  const values = items.map((document) => codec.decode(tenant, document.id, document));
  return found.length > options.limit && last !== undefined ? { items: values, next: cursorOf(last) } : { items: values };
}

interface Guarded {
  readonly tenant: string;
  readonly id: string;
  readonly expectedVersion: number;
  readonly signal: AbortSignal;
}

async function replaceDocument<T>({ documents, name }: Table<T>, at: Guarded, record: EncodedRecord<T>) {
  const { tenant, id, expectedVersion, signal } = at;
  const _id = keyOf(tenant, id);
  const version = expectedVersion + 1;
  const { matchedCount } = await documents.replaceOne({ _id, version: expectedVersion }, documentOf({ tenant, id, version }, record));
  if (matchedCount === 1) return { id, version, value: record.value };
  const present = await documents.findOne({ _id }, { projection: { version: 1 }, signal });
  if (present === null) throw new PayerHubError("NOT_FOUND", `update "${id}" of "${name}": there is no such id, it must exist`);
  throw new PayerHubError("ABORTED", `update "${id}" of "${name}": it has version ${present.version}, it must have ${expectedVersion}`);
}

function keyOf(tenant: string, id: string): string {
  return `${tenant}/${id}`;
}

function documentOf<T>(
  at: { readonly tenant: string; readonly id: string; readonly version: number },
  record: EncodedRecord<T>,
): StoredDocument {
  return { _id: keyOf(at.tenant, at.id), ...at, body: record.body, keys: record.keys };
}

/** The driver's writes take no signal: the caller is let go, and a write that was sent may still happen. */
async function called<T>(attempted: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortError(signal, attempted);
  const bounded = withDeadline(signal, CALL_DEADLINE_MS);
  try {
    return await abortable(work(), bounded, attempted);
  } catch (error) {
    throw mongoError(error, attempted, bounded);
  }
}
