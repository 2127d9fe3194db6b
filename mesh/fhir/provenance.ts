import type { Extension, Provenance, ProvenanceAgent, Reference } from "@medplum/fhirtypes";
import type { Field } from "../../proto/document/v1/document.pb.ts";
import { PERSON_VERSION } from "../settled-by-person.ts";
import type { LocatedField } from "./completeness.ts";
import type { Linker, MappingSource } from "./mapping.ts";
import { resourceId } from "./mapping.ts";

/** https://hl7.org/fhir/R4/extension-targetpath.html */
const TARGET_PATH = "http://hl7.org/fhir/StructureDefinition/targetPath";
/** Where on the page a value was read, how and how surely. Holds no value. */
const FIELD_EVIDENCE = "urn:payerhub:fhir:field-evidence";
/** https://terminology.hl7.org/CodeSystem-provenance-participant-type.html */
const PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

function evidence(field: Field): Extension {
  const box = field.box === undefined ? [] : [{ url: "box", valueString: boxText(field.box) }];
  const page = field.page > 0 ? [{ url: "page", valuePositiveInt: field.page }] : [];
  const method = field.method === "" ? [] : [{ url: "method", valueString: field.method }];
  const confidence = { url: "confidence", valueDecimal: Math.round(field.confidence * 10_000) / 10_000 };
  return { url: FIELD_EVIDENCE, extension: [{ url: "field", valueString: field.name }, confidence, ...page, ...box, ...method] };
}

function boxText({ x0, y0, x1, y1 }: NonNullable<Field["box"]>): string {
  return [x0, y0, x1, y1].map((edge) => Math.round(edge)).join(",");
}

function target({ field, fullUrl, path }: LocatedField): Reference {
  return { reference: fullUrl, extension: [{ url: TARGET_PATH, valueString: path }, evidence(field)] };
}

function agents({ understanding, assessment }: MappingSource): ProvenanceAgent[] {
  const machine = { coding: [{ system: PARTICIPANT, code: "assembler" }] };
  const person = { coding: [{ system: PARTICIPANT, code: "verifier" }] };
  const versions = [...new Set(["payerhub", ...understanding.versions, ...assessment.versions])].filter((version) => version !== "");
  return versions.map((version) => ({ type: version === PERSON_VERSION ? person : machine, who: { display: version } }));
}

/** How each mapped value came to be: one target a field, with page, box, method and confidence; engines and models as agents. */
export function buildProvenance(role: string, source: MappingSource, link: Linker, located: readonly LocatedField[]): Provenance {
  return {
    resourceType: "Provenance",
    id: resourceId(source.head.documentId, role),
    target: located.length === 0 ? [link.required("document")] : located.map(target),
    recorded: source.receivedAt,
    agent: agents(source),
    entity: [{ role: "source", what: link.required("document") }],
  };
}
