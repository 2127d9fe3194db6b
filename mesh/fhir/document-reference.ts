import type { DocumentReference } from "@medplum/fhirtypes";
import { documentTypeName } from "../document-type-name.ts";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional } from "./optional.ts";

const URI_SYSTEM = "urn:ietf:rfc:3986";
const DOCUMENT_TYPE_SYSTEM = "urn:payerhub:document-type";

/** RFC 6920 name of the original bytes. R4's `attachment.hash` is SHA-1 only, so the digest stands in the name. */
export function originalName(sourceSha256: string): string {
  return `ni:///sha-256;${Buffer.from(sourceSha256, "hex").toString("base64url")}`;
}

function attachment({ head, fields }: MappingSource) {
  return {
    ...optional("contentType", head.original?.contentType || undefined),
    url: originalName(head.sourceSha256),
    ...optional("creation", fields.date("letter.date")),
  };
}

/** The original by name and digest: a bundle never carries page images. */
export const documentReference: ResourceMapper = {
  resourceType: "DocumentReference",
  roles: () => ["document"],
  build: (role, source, link): DocumentReference => {
    const encountered = source.fields.date("encounter.date");
    return {
      resourceType: "DocumentReference",
      id: resourceId(source.head.documentId, role),
      masterIdentifier: { system: URI_SYSTEM, value: `urn:uuid:${resourceId(source.head.documentId, role)}` },
      status: "current",
      type: { coding: [{ system: DOCUMENT_TYPE_SYSTEM, code: documentTypeName(source.understanding.type) }] },
      subject: link.required("patient"),
      date: source.receivedAt,
      content: [{ attachment: attachment(source) }],
      ...optional("context", encountered === undefined ? undefined : { period: { start: encountered } }),
    };
  },
};
