import { Assessment, DocumentMapped, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { artefactKey, type Stage } from "../stage.ts";
import { recordRef } from "../store/object-ref.ts";
import { mapToBundle } from "./bundle.ts";
import { readStructure } from "./structure.ts";
import { createBundleValidator } from "./validate-bundle.ts";

/** Media type of FHIR JSON: https://hl7.org/fhir/R4/http.html#mime-type. */
const FHIR_JSON = "application/fhir+json";

/**
 * Fields → FHIR R4 bundle. An invalid bundle is a defect of the mapping, not of the document: INTERNAL, with the first
 * fault's element path and no value. Reads the structure table once, at construction.
 */
export function createFhirStage(): Stage<"scored"> {
  const validate = createBundleValidator(readStructure());
  return {
    name: "map",
    input: "scored",
    run: async (message, context) => {
      const { head, understanding: understandingRef, assessment: assessmentRef } = message;
      if (head === undefined || understandingRef === undefined || assessmentRef === undefined) {
        throw new PayerHubError("INVALID_ARGUMENT", 'mapping the event "scored": it lacks its head or an artefact, all three are required');
      }
      const { tenant, objects, signal } = context;
      const understanding = await objects.readMessage(tenant, understandingRef, Understanding, signal);
      const assessment = await objects.readMessage(tenant, assessmentRef, Assessment, signal);
      const { bundle, completeness } = mapToBundle(understanding, head, assessment);
      const [fault] = validate(bundle);
      if (fault !== undefined) {
        throw new PayerHubError("INTERNAL", `mapping to FHIR "${fault.path}": ${fault.problem}, a valid element is required`);
      }
      const bytes = Buffer.from(JSON.stringify(bundle));
      const bundleRef = await objects.putBytes({ tenant, key: artefactKey(context, "bundle.json"), contentType: FHIR_JSON }, bytes, signal);
      return {
        next: { name: "mapped", message: DocumentMapped.fromPartial({ ...message, bundle: bundleRef }) },
        facts: { state: "mapped", fhirCompleteness: completeness.figure, bundle: recordRef(bundleRef) },
      };
    },
  };
}
