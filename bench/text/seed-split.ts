/** Seeds of generated documents by what they may be used for; evaluation has 900,000 and above, and no exporter gives those out. */
const RANGES = { train: { from: 1, below: 800_000 }, validate: { from: 800_000, below: 900_000 } } as const;

export type Split = keyof typeof RANGES;

/** The seeds `first` to `first + count − 1`, all within the split. Throws RangeError otherwise. */
export function checkSeeds(split: Split, first: number, count: number): readonly number[] {
  const range = Object.hasOwn(RANGES, split) ? RANGES[split] : undefined;
  if (range === undefined) throw new RangeError(`taking seeds of split "${split}": there is no such split, it must be train or validate`);
  const isWhole = Number.isSafeInteger(first) && Number.isSafeInteger(count) && count >= 1;
  if (!isWhole || first < range.from || first + count > range.below) {
    throw new RangeError(
      `taking seeds "${first}" to "${first + count - 1}" for ${split}: they reach outside, they must be ${range.from} to ${range.below - 1}`,
    );
  }
  return Array.from({ length: count }, (_, at) => first + at);
}
