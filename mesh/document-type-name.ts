import { DocumentType } from "../proto/document/v1/document.pb.ts";

const NAMES: ReadonlyMap<DocumentType, string> = new Map(
  Object.entries(DocumentType).map(([name, value]) => [value, name.toLowerCase()] as const),
);

/** Proto enum name in lower case without prefix, for example `determination_letter`; `unspecified` for an unknown number. */
export function documentTypeName(type: DocumentType): string {
  return NAMES.get(type) ?? "unspecified";
}

/** The reverse of `documentTypeName`; undefined when there is no such type. */
export function documentTypeOf(name: string): DocumentType | undefined {
  for (const [type, known] of NAMES) {
    if (known === name) return type;
  }
  return undefined;
}
