import type { DiagnosticReport } from "@medplum/fhirtypes";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { observationRoles } from "./observation.ts";
import { optional, optionalList } from "./optional.ts";

const LOINC_SYSTEM = "http://loinc.org";
/** https://terminology.hl7.org/CodeSystem-v2-0203.html: ACSN is the accession number. */
const IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203";

/** The laboratory report that holds the results. LOINC 11502-2 is a laboratory report. */
export const diagnosticReport: ResourceMapper = {
  resourceType: "DiagnosticReport",
  roles: (source) =>
    source.understanding.type === DocumentType.LAB_RESULT ||
    source.fields.has("lab.accession", "lab.collected_date") ||
    observationRoles(source).length > 0
      ? ["diagnostic-report"]
      : [],
  build: (role, source, link): DiagnosticReport => {
    const accession = source.fields.text("lab.accession");
    const type = { coding: [{ system: IDENTIFIER_TYPE, code: "ACSN" }] };
    return {
      resourceType: "DiagnosticReport",
      id: resourceId(source.head.documentId, role),
      ...optionalList("identifier", accession === undefined ? [] : [{ type, value: accession }]),
      status: "final",
      code: { coding: [{ system: LOINC_SYSTEM, code: "11502-2" }] },
      subject: link.required("patient"),
      ...optional("effectiveDateTime", source.fields.date("lab.collected_date")),
      ...optionalList(
        "result",
        observationRoles(source).map((result) => link.required(result)),
      ),
    };
  },
};
