import type { Reference, Resource } from "@medplum/fhirtypes";
import type { Assessment, DocumentHead, Understanding } from "../../proto/document/v1/document.pb.ts";
import { derivedId } from "../../runtime/derived-id.ts";
import { absentReference } from "./absent.ts";
import { createFieldReader, type FieldReader } from "./field-reader.ts";

/** All that a resource is built from. */
export interface MappingSource {
  readonly head: DocumentHead;
  readonly understanding: Understanding;
  readonly assessment: Assessment;
  readonly fields: FieldReader;
  /** Instant at which the document came in: the only clock of a mapping, so that a redelivery gives the same bytes. */
  readonly receivedAt: string;
}

/** A reference that fits any target type: the roles' types are checked by the validator. */
export type Link = Reference<never>;

/** References between the resources of one bundle, by role. */
export interface Linker {
  /** Absolute URL of a role, for example `urn:uuid:…`. */
  url(role: string): string;
  /** A reference when the bundle has that role, else one that says `unknown`: for elements that FHIR requires. */
  required(role: string): Link;
  /** A reference when the bundle has that role. */
  optional(role: string): Link | undefined;
}

/** One resource type: which resources a document yields, by role, and how each is built. Roles are stable names. */
export interface ResourceMapper {
  readonly resourceType: Resource["resourceType"];
  roles(source: MappingSource): readonly string[];
  build(role: string, source: MappingSource, link: Linker): Resource;
}

export function mappingSource(understanding: Understanding, head: DocumentHead, assessment: Assessment): MappingSource {
  const receivedAt = new Date(Number(head.receivedAtMs)).toISOString();
  return { head, understanding, assessment, fields: createFieldReader(understanding.fields), receivedAt };
}

/** Resource id of a role: the same for every revision of a document, so that hubs update rather than add. */
export function resourceId(documentId: string, role: string): string {
  return derivedId("fhir", documentId, role);
}

export function createLinker(documentId: string, roles: ReadonlySet<string>): Linker {
  const url = (role: string) => `urn:uuid:${resourceId(documentId, role)}`;
  const link = (role: string): Link | undefined => (roles.has(role) ? { reference: url(role) } : undefined);
  return { url, optional: link, required: (role) => link(role) ?? absentReference() };
}

/** Number at the end of a role such as `condition-3`. */
export function roleNumber(role: string): number {
  return Number(/-(\d+)$/.exec(role)?.[1] ?? "0");
}
