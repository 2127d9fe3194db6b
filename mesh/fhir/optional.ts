/** `{key: value}`, or nothing when the value is undefined: FHIR JSON has no null and no empty property. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  const result: { [P in K]?: V } = {};
  if (value !== undefined) result[key] = value;
  return result;
}

/** `{key: list}`, or nothing when the list is empty: FHIR JSON has no empty arrays. */
export function optionalList<K extends string, V>(key: K, list: readonly V[]): { [P in K]?: V[] } {
  return optional<K, V[]>(key, list.length === 0 ? undefined : [...list]);
}
