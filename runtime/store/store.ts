import type { z } from "zod";

/** Part of an index key. Only non-PHI values or blind indexes may be indexed: index columns are stored in clear. */
export type IndexPart = string | number;

/**
 * One collection: its name, the schema that checks every value read and written, and its indexes. An index maps a value
 * to a tuple of parts, or to undefined when the value is not in the index. Bodies are sealed; index parts are not.
 */
export interface CollectionSpec<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly indexes: Readonly<Record<string, (value: T) => readonly IndexPart[] | undefined>>;
}

/** A value with the version that a guarded update must name. Versions start at 1. */
export interface Versioned<T> {
  readonly id: string;
  readonly version: number;
  readonly value: T;
}

export interface FindOptions {
  readonly index: string;
  /** Leading parts that must be equal. */
  readonly prefix: readonly IndexPart[];
  /** Lower bound (inclusive) and upper bound (exclusive) of the part after the prefix. */
  readonly from?: IndexPart;
  readonly before?: IndexPart;
  readonly limit: number;
  /** Keyset cursor of the last page's end. */
  readonly after?: string;
  readonly signal: AbortSignal;
}

export interface FoundPage<T> {
  /** In index order, then by id. */
  readonly items: readonly Versioned<T>[];
  /** Present when there may be more. */
  readonly next?: string;
}

/** All calls take the tenant first: a query without one does not compile. */
export interface Collection<T> {
  get(tenant: string, id: string, signal: AbortSignal): Promise<Versioned<T> | undefined>;
  /** Throws ALREADY_EXISTS when the id is taken. */
  insert(tenant: string, id: string, value: T, signal: AbortSignal): Promise<Versioned<T>>;
  /** Replaces what was read as `known`. Throws ABORTED when another version is stored, NOT_FOUND when there is no such id. */
  update(tenant: string, known: Pick<Versioned<T>, "id" | "version">, value: T, signal: AbortSignal): Promise<Versioned<T>>;
  find(tenant: string, options: FindOptions): Promise<FoundPage<T>>;
  /**
   * Takes the first value of the index prefix for which `claim` returns a new value, writes that under its version guard
   * and returns it; undefined when none is left. Two claimers never get the same version.
   */
  claimNext(tenant: string, options: FindOptions, claim: (value: T) => T | undefined): Promise<Versioned<T> | undefined>;
}

/** Durable when a write resolves (SQLite: WAL, synchronous=FULL; MongoDB: majority, journaled). */
export interface Store {
  collection<T>(spec: CollectionSpec<T>): Promise<Collection<T>>;
  close(): Promise<void>;
}
