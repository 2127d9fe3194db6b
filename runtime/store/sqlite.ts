import type { StatementSync } from "node:sqlite";
import { z } from "zod";
import { PayerHubError } from "../error.ts";
import type { Seal } from "../seal.ts";
import type { World } from "../world.ts";
import { createClaimNext } from "./claim.ts";
import { cursorOf } from "./index-key.ts";
import { checkRecordName } from "./names.ts";
import { createRecordCodec } from "./record.ts";
import type { EncodedRecord, RecordCodec } from "./record.ts";
import { openSqlite } from "./sqlite-connection.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import type { Collection, CollectionSpec, FoundPage, Store } from "./store.ts";

const storedRow = z.object({ id: z.string(), version: z.number(), body: z.instanceof(Uint8Array) });
const foundRow = storedRow.extend({ key: z.string() });
const guardRow = z.object({ version: z.number(), keys: z.string() });
const keysByIndex = z.record(z.string(), z.string());

export interface SqliteStoreOptions {
  /** The database file; made when it does not exist. Several processes of one machine may open it. */
  readonly path: string;
  readonly seal: Seal;
  readonly world: Pick<World, "monotonicMs" | "sleep">;
}

interface Statements {
  readonly get: StatementSync;
  readonly guard: StatementSync;
  readonly insert: StatementSync;
  readonly update: StatementSync;
  readonly addKey: StatementSync;
  readonly removeKey: StatementSync;
  readonly findFrom: StatementSync;
  readonly findBeyond: StatementSync;
}

interface Table<T> {
  readonly name: string;
  readonly codec: RecordCodec<T>;
  readonly connection: SqliteConnection;
  readonly statements: Statements;
}

/**
 * Collections in one SQLite file: per collection a table of records (tenant, id, version, sealed body) and a table of index
 * keys that sort like their tuples, so that a find is one seek and a walk. Guard and change are one transaction.
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const connection = openSqlite(options.path, options.world);
  const never = new AbortController().signal;
  try {
    await connection.read("open the store", never, () => connection.db.exec("PRAGMA journal_mode = WAL"));
  } catch (error) {
    connection.db.close();
    throw error;
  }
  return {
    collection: async (spec) => {
      const codec = createRecordCodec(spec, options.seal);
      await connection.read("open a collection", never, () => makeTables(connection, spec.name));
      return createCollection({ name: spec.name, codec, connection, statements: prepare(connection, spec) });
    },
    close: async () => await connection.close(),
  };
}

function createCollection<T>(table: Table<T>): Collection<T> {
  const { connection, codec, statements, name } = table;
  const find: Collection<T>["find"] = async (tenant, options) =>
    await connection.read(`find in "${name}"`, options.signal, () => findPage(table, tenant, options));
  const update: Collection<T>["update"] = async (tenant, { id, version }, value, signal) => {
    const record = codec.encode(tenant, id, value);
    return await connection.write(`update a value of "${name}"`, signal, () =>
      updateRow(table, { tenant, id, expectedVersion: version }, record),
    );
  };
  return {
    get: async (tenant, id, signal) => {
      checkRecordName(tenant, id);
      const row = await connection.read(`get a value of "${name}"`, signal, () => statements.get.get(tenant, id));
      return row === undefined ? undefined : codec.decode(tenant, id, storedRow.parse(row));
    },
    insert: async (tenant, id, value, signal) => {
      const record = codec.encode(tenant, id, value);
      return await connection.write(`insert a value of "${name}"`, signal, () => insertRow(table, { tenant, id }, record));
    },
    update,
    find,
    claimNext: createClaimNext({ find, update }),
  };
}

function findPage<T>({ codec, statements }: Table<T>, tenant: string, options: Parameters<Collection<T>["find"]>[1]): FoundPage<T> {
  const { low, lowIsTaken, high } = codec.range(tenant, options);
  const statement = lowIsTaken ? statements.findBeyond : statements.findFrom;
  // One more than asked tells whether there is a next page.
  const rows = statement.all(options.index, tenant, low, high, options.limit + 1).map((row) => foundRow.parse(row));
  const items = rows.slice(0, options.limit);
  const last = items.at(-1);
  const found = items.map((row) => codec.decode(tenant, row.id, row));
  return rows.length > options.limit && last !== undefined ? { items: found, next: cursorOf(last.key) } : { items: found };
}

function insertRow<T>(table: Table<T>, at: { readonly tenant: string; readonly id: string }, record: EncodedRecord<T>) {
  const { statements, name } = table;
  if (statements.guard.get(at.tenant, at.id) !== undefined) {
    throw new PayerHubError("ALREADY_EXISTS", `insert "${at.id}" into "${name}": the id is taken, it must be free`);
  }
  statements.insert.run(at.tenant, at.id, JSON.stringify(record.keys), record.body);
  changeKeys(statements, at, {}, record.keys);
  return { id: at.id, version: 1, value: record.value };
}

function updateRow<T>(
  table: Table<T>,
  at: { readonly tenant: string; readonly id: string; readonly expectedVersion: number },
  record: EncodedRecord<T>,
) {
  const { statements, name } = table;
  const row = statements.guard.get(at.tenant, at.id);
  if (row === undefined) throw new PayerHubError("NOT_FOUND", `update "${at.id}" of "${name}": there is no such id, it must exist`);
  const { version, keys } = guardRow.parse(row);
  if (version !== at.expectedVersion) {
    throw new PayerHubError("ABORTED", `update "${at.id}" of "${name}": it has version ${version}, it must have ${at.expectedVersion}`);
  }
  statements.update.run(version + 1, JSON.stringify(record.keys), record.body, at.tenant, at.id);
  changeKeys(statements, at, keysByIndex.parse(JSON.parse(keys)), record.keys);
  return { id: at.id, version: version + 1, value: record.value };
}

type Keys = Readonly<Record<string, string>>;

function changeKeys(statements: Statements, at: { readonly tenant: string; readonly id: string }, from: Keys, to: Keys): void {
  for (const [index, key] of Object.entries(from)) {
    if (to[index] !== key) statements.removeKey.run(index, at.tenant, key);
  }
  for (const [index, key] of Object.entries(to)) {
    if (from[index] !== key) statements.addKey.run(index, at.tenant, key, at.id);
  }
}

/** Names are checked identifiers, never a caller's text. */
function makeTables({ db }: SqliteConnection, name: string): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS "${name}" (
      tenant TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, keys TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (tenant, id)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS "${name}.index" (
      name TEXT NOT NULL, tenant TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (name, tenant, key)
    ) STRICT, WITHOUT ROWID;
  `);
}

function prepare({ db }: SqliteConnection, { name }: Pick<CollectionSpec<unknown>, "name">): Statements {
  const find = (comparison: ">=" | ">") => `
    SELECT entry.key, record.id, record.version, record.body
    FROM "${name}.index" AS entry CROSS JOIN "${name}" AS record ON record.tenant = entry.tenant AND record.id = entry.id
    WHERE entry.name = ? AND entry.tenant = ? AND entry.key ${comparison} ? AND entry.key < ? ORDER BY entry.key LIMIT ?`;
  return {
    get: db.prepare(`SELECT id, version, body FROM "${name}" WHERE tenant = ? AND id = ?`),
    guard: db.prepare(`SELECT version, keys FROM "${name}" WHERE tenant = ? AND id = ?`),
    insert: db.prepare(`INSERT INTO "${name}" (tenant, id, version, keys, body) VALUES (?, ?, 1, ?, ?)`),
    update: db.prepare(`UPDATE "${name}" SET version = ?, keys = ?, body = ? WHERE tenant = ? AND id = ?`),
    addKey: db.prepare(`INSERT INTO "${name}.index" (name, tenant, key, id) VALUES (?, ?, ?, ?)`),
    removeKey: db.prepare(`DELETE FROM "${name}.index" WHERE name = ? AND tenant = ? AND key = ?`),
    findFrom: db.prepare(find(">=")),
    findBeyond: db.prepare(find(">")),
  };
}
