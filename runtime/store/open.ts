import { PayerHubError } from "../error.ts";
import type { Seal } from "../seal.ts";
import { systemWorld } from "../world.ts";
import type { World } from "../world.ts";
import { createMongoStore } from "./mongo.ts";
import { createSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

const DEFAULT_DATABASE = "payerhub";

export interface OpenStoreOptions {
  readonly seal: Seal;
  /** Ends connecting; the store's calls have signals of their own. Default: never. */
  readonly signal?: AbortSignal;
  readonly world?: World;
}

/**
 * Opens the store that a URL names: `sqlite:/path/to/file` or `mongodb://host:port/database` (`payerhub` when it names none).
 * Throws INVALID_ARGUMENT for another; the URL is not repeated, it may hold a password.
 */
export async function openStore(url: string, options: OpenStoreOptions): Promise<Store> {
  const { seal } = options;
  if (url.startsWith("sqlite:")) {
    const path = url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
    if (path === "") throw wrong("it names no file, it must be sqlite:/path/to/file");
    return await createSqliteStore({ path, seal, world: options.world ?? systemWorld() });
  }
  if (/^mongodb(\+srv)?:\/\//.test(url)) {
    const signal = options.signal ?? new AbortController().signal;
    return await createMongoStore({ url, database: databaseOf(url), seal, signal });
  }
  throw wrong("it has another scheme, it must begin with sqlite: or mongodb://");
}

function databaseOf(url: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(url)?.[1] ?? "";
  return path === "" ? DEFAULT_DATABASE : decodeURIComponent(path);
}

function wrong(state: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `open the store of a URL: ${state}`);
}
