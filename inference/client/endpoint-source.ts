/** Where the pods of a model server are: gives the whole set, first at once and again whenever it has changed. */
export interface EndpointSource {
  /**
   * Sets of `host:port`, each in place of the one before, until the signal aborts. A source that loses its own server keeps
   * quiet, and the last set stays: pods that answer are worth more than a list that cannot be read.
   */
  watch(signal: AbortSignal): AsyncIterable<readonly string[]>;
}

/** A set that never changes. */
export function staticEndpoints(endpoints: readonly string[]): EndpointSource {
  return {
    watch: async function* () {
      yield await Promise.resolve([...new Set(endpoints)]);
    },
  };
}
