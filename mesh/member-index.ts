import type { Understanding } from "../proto/document/v1/document.pb.ts";
import type { Seal } from "../runtime/seal.ts";

/** Who a document is about, as blind indexes: nothing here can be read back. */
export interface MemberIndexes {
  /** Of the member id; undefined when the document states none. */
  readonly member: string | undefined;
  /** Of name and date of birth together; undefined when one of them is missing. */
  readonly person: string | undefined;
}

/** Member ids are compared without case, spaces and punctuation, because payers print one id in several ways. */
export function memberIndex(seal: Seal, tenant: string, memberId: string): string {
  return seal.blindIndex(tenant, `member:${memberId.toUpperCase().replace(/[^A-Z0-9]/g, "")}`);
}

/** Names are compared by their letters only, in any word order: `Doe, Jane` is `Jane Doe`. */
export function personIndex(seal: Seal, tenant: string, name: string, dateOfBirth: string): string {
  const words = name
    .normalize("NFKD")
    .toUpperCase()
    .split(/[^A-Z]+/)
    .filter((word) => word !== "")
    .sort();
  return seal.blindIndex(tenant, `person:${words.join(" ")}|${dateOfBirth}`);
}

/** The blind indexes of the member whom an understanding names. */
export function memberIndexes(seal: Seal, tenant: string, understanding: Understanding): MemberIndexes {
  const value = (name: string) => understanding.fields.find((field) => field.name === name)?.value.trim() ?? "";
  const [id, name, dateOfBirth] = [value("member.id"), value("member.name"), value("member.date_of_birth")];
  return {
    member: /[A-Za-z0-9]/.test(id) ? memberIndex(seal, tenant, id) : undefined,
    person: /[A-Za-z]/.test(name) && dateOfBirth !== "" ? personIndex(seal, tenant, name, dateOfBirth) : undefined,
  };
}
