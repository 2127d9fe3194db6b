import assert from "node:assert/strict";
import { test } from "node:test";
import { mapToBundle } from "../mesh/fhir/bundle.ts";
import { readStructure } from "../mesh/fhir/structure.ts";
import { createBundleValidator } from "../mesh/fhir/validate-bundle.ts";
import { documentTypeName } from "../mesh/document-type-name.ts";
import { FIELDS } from "../mesh/fields.ts";
import { allowedPaths, HUB_ROLES } from "../mesh/privacy/disclosure.ts";
import { cutBundle } from "../mesh/privacy/minimum-necessary.ts";
import { PURPOSES } from "../mesh/privacy/policy.ts";
import { SAMPLE_TYPES, sampleAssessment, sampleHead, sampleUnderstanding } from "./samples/document.ts";
import { Understanding } from "../proto/document/v1/document.pb.ts";

const validate = createBundleValidator(readStructure());

const PAGES = SAMPLE_TYPES.flatMap((type) => {
  const phone = { "member.phone": "2025550147", "diagnoses[0].icd10": "F11.20", "diagnoses[1].icd10": "B20" };
  const only = Understanding.fromPartial({ type, fields: [{ name: "member.phone", value: "2025550147", confidence: 1 }] });
  return [sampleUnderstanding(type), sampleUnderstanding(type, phone), Understanding.fromPartial({ type }), only];
});
const SCOPES = HUB_ROLES.flatMap((role) => PURPOSES.map((purpose) => ({ role, purpose })));

test("what is disclosed is valid and closed for every type, role, purpose and mask, with full, sample and bare pages", () => {
  for (const understanding of PAGES) {
    const documentType = documentTypeName(understanding.type);
    const { bundle } = mapToBundle(understanding, sampleHead(), sampleAssessment());
    for (const { role, purpose } of SCOPES) {
      const allowed = allowedPaths({ role, documentType, purpose });
      assert.deepEqual(validate(cutBundle(bundle, { allowed, maskLabels: [], purpose })), [], `${documentType} ${role} ${purpose}`);
      const masked = cutBundle(bundle, { allowed, maskLabels: ["ETH", "HIV"], purpose });
      assert.deepEqual(validate(masked), [], `${documentType} ${role} ${purpose} masked`);
      assert.doesNotMatch(JSON.stringify(masked), /F11\.20|"B20"/);
    }
  }
});

test("every allowed path is an element of a resource that mapping makes", () => {
  const { types } = readStructure();
  for (const role of HUB_ROLES) {
    for (const type of SAMPLE_TYPES) {
      for (const path of allowedPaths({ role, documentType: documentTypeName(type), purpose: "TREAT" })) {
        const [resource = "", element = ""] = path.split(".");
        const known = Object.keys(types[resource] ?? {}).some(
          (name) => name === element || (name.endsWith("[x]") && element.startsWith(name.slice(0, -3))),
        );
        assert.ok(known, path);
      }
    }
  }
});

test("the fields that a hub acts on survive the cut for its own staff", () => {
  const spared = new Set(["member.phone", ...FIELDS.filter(({ name }) => name.startsWith("results[]")).map(({ name }) => name)]);
  for (const type of SAMPLE_TYPES) {
    const understanding = sampleUnderstanding(type);
    const { bundle } = mapToBundle(understanding, sampleHead(), sampleAssessment());
    const allowed = allowedPaths({ role: "clinical", documentType: documentTypeName(type), purpose: "TREAT" });
    const text = JSON.stringify(cutBundle(bundle, { allowed, maskLabels: [], purpose: "TREAT" }));
    for (const { name, value } of understanding.fields) {
      if (spared.has(name) || /cents$|urgency|status|decision/.test(name)) continue;
      assert.ok(text.includes(value), `${documentTypeName(type)} ${name}`);
    }
  }
});
