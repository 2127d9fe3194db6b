import assert from "node:assert/strict";
import { z } from "zod";
import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import type { Seal } from "../seal.ts";
import type { Collection, CollectionSpec, FindOptions, Store, Versioned } from "./store.ts";

/** One adapter under test, with a hand on its raw storage. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** A second store over the same storage, as another process would open it. */
  reopen(seal?: Seal): Promise<Store>;
  /** Everything that is on disk or in the server, for a search; undefined when it cannot be had. */
  rawBytes(): Promise<Buffer | undefined>;
}

export const job = z.strictObject({ name: z.string(), state: z.string(), at: z.number(), owner: z.string().optional() });
export type Job = z.infer<typeof job>;

/** The collection that the suite works on. */
export const spec = (name: string): CollectionSpec<Job> => ({
  name,
  schema: job,
  indexes: {
    byState: (value) => (value.state === "hidden" ? undefined : [value.state, value.at]),
    byName: (value) => [value.name],
  },
});

export const never = () => new AbortController().signal;
export const isCode = (code: Code) => (error: unknown) => error instanceof PayerHubError && error.code === code;
export const newJob = (over: Partial<Job> = {}): Job => ({ name: "n", state: "new", at: 1, ...over });
export const byState = (state: string, over: Partial<FindOptions> = {}): FindOptions => ({
  index: "byState",
  prefix: [state],
  limit: 100,
  signal: never(),
  ...over,
});
export const ids = (items: readonly Versioned<unknown>[]) => items.map((item) => item.id);

/** Follows a find to its last page. */
export async function allPages<T>(collection: Collection<T>, tenant: string, options: FindOptions): Promise<readonly Versioned<T>[]> {
  const all: Versioned<T>[] = [];
  for (let after = options.after, first = true; first || after !== undefined; first = false) {
    const page = await collection.find(tenant, after === undefined ? options : { ...options, after });
    assert.ok(page.items.length <= options.limit);
    all.push(...page.items);
    after = page.next;
  }
  return all;
}

type Open = (name: string) => Promise<Collection<Job>>;
/** What the suite's parts work with. */
export interface StoreSuite {
  readonly open: Open;
  underTest(): StoreUnderTest;
}
