import type { RepositoryIndexResponse_ModelIndex } from "../../proto/inference/grpc_service.pb.ts";

/** Triton's words for what a version is doing. */
export type VersionState = "READY" | "LOADING" | "UNLOADING" | "UNAVAILABLE";

/** What every version that was ever touched is doing, and why. */
export interface StateBoard {
  /** Forgets the versions of the model that are not named. */
  keep(name: string, versions: readonly number[]): void;
  set(name: string, version: number, state: VersionState, reason?: string): void;
  knows(name: string): boolean;
  /**
   * Entries by model name in byte order, then by version. A repository's model that was never touched has one without a state;
   * one that was found without versions has none, as in Triton.
   */
  index(names: readonly string[], readyOnly: boolean): readonly RepositoryIndexResponse_ModelIndex[];
}

interface Entry {
  readonly state: VersionState;
  readonly reason: string;
}

export function createStateBoard(): StateBoard {
  const board = new Map<string, Map<number, Entry>>();
  const versionsOf = (name: string) => {
    const found = board.get(name) ?? new Map<number, Entry>();
    board.set(name, found);
    return found;
  };
  const entries = (name: string): readonly RepositoryIndexResponse_ModelIndex[] => {
    const known = board.get(name);
    if (known === undefined) return [{ name, version: "", state: "", reason: "" }];
    return [...known]
      .toSorted(([a], [b]) => a - b)
      .map(([version, { state, reason }]) => ({ name, version: String(version), state, reason }));
  };
  return {
    keep: (name, versions) => {
      const found = versionsOf(name);
      for (const version of found.keys()) if (!versions.includes(version)) found.delete(version);
    },
    set: (name, version, state, reason = "") => void versionsOf(name).set(version, { state, reason }),
    knows: (name) => (board.get(name)?.size ?? 0) > 0,
    index: (names, readyOnly) => {
      const all = [...new Set([...names, ...board.keys()])].toSorted().flatMap(entries);
      return readyOnly
        ? all.filter(({ state }) => state === "READY")
        : all.filter(({ name, state }) => state !== "" || names.includes(name));
    },
  };
}
