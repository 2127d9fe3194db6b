/** What every further value becomes. */
const OTHER = "other";

/** Gives a metric's label: its first `most` different values as they are, every further one as "other", so that no caller can fill a collector. */
export function createBoundedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return OTHER;
    known.add(value);
    return value;
  };
}
