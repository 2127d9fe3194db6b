/** Lets through `burst` at once and `perSecond` in the long run. */
export function createTokenBucket(options: { readonly burst: number; readonly perSecond: number; readonly monotonicMs: () => number }): {
  /** False when there is none left. */
  take(): boolean;
} {
  const { burst, perSecond, monotonicMs } = options;
  let tokens = burst;
  let lastMs = monotonicMs();
  return {
    take: () => {
      if (tokens < 1) {
        const nowMs = monotonicMs();
        tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1_000) * perSecond);
        lastMs = nowMs;
      }
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
