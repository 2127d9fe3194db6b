/** Calls that the error rate is taken over. */
const WINDOW = 20;
/** Fewer calls than this say nothing about a rate. */
const FEWEST = 5;
/** Share of failed calls at which a pod is left alone. */
const OPEN_AT = 0.5;

/** How the calls to one pod end: whether it may be asked. */
export interface Circuit {
  readonly open: boolean;
  succeeded(): void;
  /** Counts a call that the pod failed; true when that opened the circuit. */
  failed(): boolean;
  /** Opens at once: the pod cannot be reached. True when it was closed. */
  lost(): boolean;
  /** The pod has proven itself: forgets everything. */
  reset(): void;
}

/** Opens when half of the last calls failed, and stays open until it is reset. */
export function createCircuit(): Circuit {
  let open = false;
  let outcomes: boolean[] = [];
  const record = (good: boolean) => {
    outcomes = [...outcomes.slice(1 - WINDOW), good];
  };
  const trip = () => {
    const tripped = !open;
    open = true;
    return tripped;
  };
  return {
    get open() {
      return open;
    },
    succeeded: () => record(true),
    failed: () => {
      record(false);
      const failures = outcomes.filter((good) => !good).length;
      return outcomes.length >= FEWEST && failures >= outcomes.length * OPEN_AT ? trip() : false;
    },
    lost: trip,
    reset: () => {
      open = false;
      outcomes = [];
    },
  };
}
