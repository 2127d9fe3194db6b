/** Allows extra calls up to a share of the ordinary ones. */
export interface CallBudget {
  /** Counts an ordinary call. */
  earn(): void;
  /** Takes one extra call; false when the budget is used up. */
  spend(): boolean;
}

/** `share` of the ordinary calls may be extra, 0..1; after a calm time up to `burst` at once. */
export function createCallBudget(share: number, burst: number): CallBudget {
  let credit = 0;
  return {
    earn: () => {
      credit = Math.min(burst, credit + share);
    },
    spend: () => {
      // Sums of 0.05 end a little below whole numbers.
      if (credit < 1 - 1e-9) return false;
      credit -= 1;
      return true;
    },
  };
}
