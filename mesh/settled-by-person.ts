import type { Understanding } from "../proto/document/v1/document.pb.ts";

/** Entry of `Understanding.versions` that a person's verdict leaves behind, also when nothing had to be corrected. */
export const PERSON_VERSION = "review:person@1";

/** True when a person settled these fields. */
export function isSettledByPerson(understanding: Understanding): boolean {
  return understanding.versions.includes(PERSON_VERSION);
}
