/** What picking needs to know of a pod. */
export interface PodLoad {
  readonly inFlight: number;
  readonly inFlightBytes: number;
  /** Expected time of a call in milliseconds; undefined before the first one. */
  readonly expectedMs: number | undefined;
  /** It refused a call a moment ago because its queue was full. */
  readonly overloaded: boolean;
}

export interface PickOptions {
  /** Request bytes of the call. */
  readonly bytes: number;
  readonly maxBytesPerPod: number;
  /** Number in [0, 1) that decides between equals. */
  readonly random: number;
}

/**
 * The pod where the call is expected to end first: calls in flight and this one, times how long calls take there. Pods without
 * room for the bytes are left out, overloaded ones are taken when there is no other. Undefined when none has room.
 */
export function pickPod<P extends { readonly load: PodLoad }>(
  pods: readonly P[],
  { bytes, maxBytesPerPod, random }: PickOptions,
): P | undefined {
  // A call larger than the cap may go alone.
  const roomy = pods.filter(({ load }) => load.inFlight === 0 || load.inFlightBytes + bytes <= maxBytesPerPod);
  const calm = roomy.filter(({ load }) => !load.overloaded);
  // Read once, because expected times fade while they are read, and equals must be equal.
  const candidates = (calm.length > 0 ? calm : roomy).map((pod) => ({
    pod,
    calls: pod.load.inFlight + 1,
    expectedMs: pod.load.expectedMs,
  }));
  const usualMs = usual(candidates.map(({ expectedMs }) => expectedMs));
  const first = Math.floor(random * candidates.length);
  let best: P | undefined;
  let bestMs = Number.POSITIVE_INFINITY;
  for (let index = 0; index < candidates.length; index += 1) {
    const candidate = candidates[(first + index) % candidates.length];
    if (candidate === undefined) continue;
    const ms = candidate.calls * (candidate.expectedMs ?? usualMs);
    if (ms < bestMs) [best, bestMs] = [candidate.pod, ms];
  }
  return best;
}

/** What a pod is expected to take that was never asked: as long as the others, so that it is neither flooded nor starved. */
function usual(expected: readonly (number | undefined)[]): number {
  const known = expected.filter((ms) => ms !== undefined);
  return known.length === 0 ? 1 : known.reduce((sum, ms) => sum + ms, 0) / known.length;
}
