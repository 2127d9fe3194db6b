import { type Code, PayerHubError } from "../../runtime/error.ts";
import type { ObjectStore } from "../../runtime/objects/objects.ts";
import type { Registry } from "./registry.ts";

/** One object store under test, with a hand on its raw storage. */
export interface RegistryStorage extends AsyncDisposable {
  readonly objects: ObjectStore;
  /** Changes one stored byte behind the store's back. */
  damage(sha256: string, key: string): Promise<void>;
  /** Whether concurrent `putIfAbsent` calls are decided atomically. */
  readonly atomic: boolean;
}

/** What the suite's parts work with. */
export interface RegistrySuite {
  readonly registry: Registry;
  readonly storage: RegistryStorage;
  /** A folder of its own. */
  fresh(): Promise<string>;
}

export const never = () => new AbortController().signal;

/** Whether an error has the code, and a text that matches. */
export const isCode =
  (code: Code, text = /./) =>
  (error: unknown) =>
    error instanceof PayerHubError && error.code === code && text.test(error.message);
