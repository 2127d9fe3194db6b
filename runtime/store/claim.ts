import { PayerHubError } from "../error.ts";
import { abortable } from "../signals.ts";
import type { Collection, FindOptions, Versioned } from "./store.ts";

/** Passes over the index in which every candidate was lost to others, before the caller is told to come back later. */
const MAX_PASSES = 50;

type ClaimNext<T> = Collection<T>["claimNext"];

/**
 * Makes `claimNext` from find and guarded update. The guard decides: of all claimers of one version one wins, the others go
 * on to the next value. A pass that lost something is repeated, since what was lost may be claimable again. Claimers of
 * one process go one after the other: they would only take the guard from each other.
 *
 * The result throws ABORTED when claimers elsewhere were faster in every pass.
 */
export function createClaimNext<T>(collection: Pick<Collection<T>, "find" | "update">): ClaimNext<T> {
  let last: Promise<void> = Promise.resolve();
  return async (tenant, options, claim) => {
    const previous = last;
    const mine = Promise.withResolvers<void>();
    last = mine.promise;
    try {
      await abortable(previous, options.signal, "claim the next value");
      return await claimFirst(collection, tenant, options, claim);
    } finally {
      // Also a claimer that gave up keeps the order of those before and after it.
      void previous.then(mine.resolve);
    }
  };
}

async function claimFirst<T>(
  collection: Pick<Collection<T>, "find" | "update">,
  ...[tenant, options, claim]: Parameters<ClaimNext<T>>
): ReturnType<ClaimNext<T>> {
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const { claimed, lost } = await claimInOnePass(collection, tenant, options, claim);
    if (claimed !== undefined || !lost) return claimed;
  }
  throw new PayerHubError("ABORTED", `claim the next value: others were faster ${MAX_PASSES} times, it must be tried again later`);
}

interface Pass<T> {
  readonly claimed?: Versioned<T>;
  readonly lost: boolean;
}

async function claimInOnePass<T>(
  collection: Pick<Collection<T>, "find" | "update">,
  tenant: string,
  options: FindOptions,
  claim: (value: T) => T | undefined,
): Promise<Pass<T>> {
  let lost = false;
  let after = options.after;
  do {
    const page = await collection.find(tenant, after === undefined ? options : { ...options, after });
    for (const found of page.items) {
      const next = claim(found.value);
      if (next === undefined) continue;
      const claimed = await collection.update(tenant, found, next, options.signal).catch(lostToOthers);
      if (claimed !== undefined) return { claimed, lost };
      lost = true;
    }
    after = page.next;
  } while (after !== undefined);
  return { lost };
}

function lostToOthers(error: unknown): undefined {
  const lost = error instanceof PayerHubError && (error.code === "ABORTED" || error.code === "NOT_FOUND");
  if (!lost) throw error;
}
