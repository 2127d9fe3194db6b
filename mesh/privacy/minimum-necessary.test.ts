import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bundle } from "@medplum/fhirtypes";
import fc from "fast-check";
import { allowedPaths } from "./disclosure.ts";
import { cutBundle } from "./minimum-necessary.ts";

const PATIENT = "urn:uuid:00000000-0000-4000-8000-000000000001";
const CLAIM = "urn:uuid:00000000-0000-4000-8000-000000000002";
const RESULT = "urn:uuid:00000000-0000-4000-8000-000000000003";
const REPORT = "urn:uuid:00000000-0000-4000-8000-000000000004";
const ORIGINAL = "urn:uuid:00000000-0000-4000-8000-000000000005";
const ORIGIN = "urn:uuid:00000000-0000-4000-8000-000000000006";

function target(reference: string, path: string) {
  return { reference, extension: [{ url: "http://hl7.org/fhir/StructureDefinition/targetPath", valueString: path }] };
}

const BUNDLE = {
  resourceType: "Bundle",
  id: "b",
  type: "collection",
  entry: [
    {
      fullUrl: PATIENT,
      resource: {
        resourceType: "Patient",
        id: "1",
        identifier: [
          { system: "http://hl7.org/fhir/sid/us-ssn", value: "078051120" },
          { type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "SS" }] }, value: "078051120" },
          { system: "urn:payer:member", value: "W284716093" },
        ],
        name: [{ text: "Maren Okafor" }],
        telecom: [{ system: "phone", value: "2025550147" }],
        address: [{ line: ["12 Elm Street"], city: "Springfield" }],
        birthDate: "1984-07-19",
      },
    },
    {
      fullUrl: CLAIM,
      resource: {
        resourceType: "Claim",
        id: "2",
        status: "active",
        patient: { reference: PATIENT },
        diagnosis: [
          { sequence: 1, diagnosisCodeableConcept: { coding: [{ system: "http://hl7.org/fhir/sid/icd-10-cm", code: "F11.20" }] } },
          { sequence: 2, diagnosisCodeableConcept: { coding: [{ system: "http://hl7.org/fhir/sid/icd-10-cm", code: "M05.79" }] } },
        ],
        supportingInfo: [{ sequence: 1, valueString: "Member SSN 078-05-1120 was on file; claim 123-45-67890 is another number" }],
        subType: { text: "first" },
      },
    },
    {
      fullUrl: RESULT,
      resource: {
        resourceType: "Observation",
        id: "3",
        status: "final",
        code: { text: "Hemoglobin" },
        subject: { reference: PATIENT },
        valueQuantity: { value: 13.2 },
      },
    },
    {
      fullUrl: REPORT,
      resource: {
        resourceType: "DiagnosticReport",
        id: "4",
        status: "final",
        subject: { reference: PATIENT },
        result: [{ reference: RESULT }],
      },
    },
    {
      fullUrl: ORIGINAL,
      resource: {
        resourceType: "DocumentReference",
        id: "5",
        status: "current",
        content: [{ attachment: { url: "ni:///x" } }],
        context: { related: [{ reference: RESULT }] },
      },
    },
    {
      fullUrl: ORIGIN,
      resource: {
        resourceType: "Provenance",
        id: "6",
        target: [
          target(PATIENT, "Patient.name[0].text"),
          target(PATIENT, "Patient.telecom[0].value"),
          target(RESULT, "Observation.valueQuantity.value"),
        ],
        entity: [{ role: "source", what: { reference: ORIGINAL } }],
      },
    },
  ],
} as unknown as Bundle;

function cut(scope: Parameters<typeof allowedPaths>[0], maskLabels: readonly string[] = []): Bundle {
  return cutBundle(BUNDLE, { allowed: allowedPaths(scope), maskLabels, purpose: scope.purpose });
}

function textOf(bundle: Bundle): string {
  return JSON.stringify(bundle);
}

const APPEAL = { role: "reimbursement", documentType: "appeal_letter", purpose: "COVERAGE" } as const;
const LAB = { role: "clinical", documentType: "lab_result", purpose: "TREAT" } as const;

test("what the work does not need stays: telephone, address, laboratory values", () => {
  const text = textOf(cut(APPEAL));
  for (const value of ["2025550147", "Elm Street", "13.2", "Hemoglobin"]) assert.ok(!text.includes(value), value);
  for (const value of ["Maren Okafor", "W284716093", "1984-07-19", "M05.79"]) assert.ok(text.includes(value), value);
});

test("a case manager gets the telephone number and never an address", () => {
  const text = textOf(cut({ ...APPEAL, role: "case_manager" }));
  assert.ok(text.includes("2025550147"));
  assert.ok(!text.includes("Elm Street"));
});

test("laboratory values leave only to clinical staff and only for treatment", () => {
  assert.ok(textOf(cut(LAB)).includes("13.2"));
  assert.ok(!textOf(cut({ ...LAB, purpose: "COVERAGE" })).includes("13.2"));
  assert.ok(!textOf(cut({ ...LAB, role: "case_manager" })).includes("13.2"));
  assert.ok(!textOf(cut({ ...LAB, role: "reimbursement" })).includes("Hemoglobin"));
});

test("no social security number leaves, as identifier or in a sentence", () => {
  for (const role of ["reimbursement", "case_manager", "clinical"] as const) {
    const text = textOf(cut({ ...APPEAL, role }));
    assert.ok(!text.includes("078051120"));
    assert.ok(!text.includes("078-05-1120"));
    assert.ok(text.includes("claim 123-45-67890 is another number"));
  }
});

test("labelled diagnoses are masked in place, the others stay", () => {
  const claim = cut(APPEAL, ["ETH"]).entry?.find(({ resource }) => resource?.resourceType === "Claim")?.resource;
  assert.ok(claim?.resourceType === "Claim");
  const masked = { extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" }] };
  assert.deepEqual(claim.diagnosis?.[0], { sequence: 1, diagnosisCodeableConcept: masked });
  assert.equal(claim.diagnosis?.[1]?.diagnosisCodeableConcept?.coding?.[0]?.code, "M05.79");
  assert.ok(textOf(cut(APPEAL, ["HIV"])).includes("F11.20"));
});

test("references to what went go too, and provenance keeps only what is left", () => {
  const bundle = cut({ ...LAB, purpose: "COVERAGE" });
  const urls = new Set(bundle.entry?.map(({ fullUrl }) => fullUrl));
  for (const [, url] of textOf(bundle).matchAll(/"reference":"([^"]+)"/g)) assert.ok(urls.has(url ?? ""), url);
  const provenance = bundle.entry?.find(({ resource }) => resource?.resourceType === "Provenance")?.resource;
  assert.ok(provenance?.resourceType === "Provenance");
  assert.deepEqual(
    provenance.target.map(({ extension }) => extension?.[0]?.valueString),
    ["Patient.name[0].text"],
  );
});

test("a type that is not listed gets the frame only", () => {
  const types = cut({ ...APPEAL, documentType: "constructor" }).entry?.map(({ resource }) => resource?.resourceType);
  assert.deepEqual(types, ["Patient", "DocumentReference", "Provenance"]);
});

test("the bundle says how confidential it is and what it was cut for", () => {
  assert.deepEqual(
    cut(APPEAL).meta?.security?.map(({ code }) => code),
    ["N", "COVERAGE"],
  );
  assert.deepEqual(
    cut(APPEAL, ["ETH"]).meta?.security?.map(({ code }) => code),
    ["R", "COVERAGE"],
  );
});

test("the original bundle is not changed, and cutting twice changes nothing more", () => {
  const before = textOf(BUNDLE);
  const allowed = allowedPaths(APPEAL);
  const once = cutBundle(BUNDLE, { allowed, maskLabels: ["ETH"], purpose: "COVERAGE" });
  assert.equal(textOf(BUNDLE), before);
  assert.equal(textOf(cutBundle(once, { allowed, maskLabels: ["ETH"], purpose: "COVERAGE" })), textOf(once));
});

test("whatever elements are allowed, nothing else leaves", () => {
  const all = [
    "Patient.identifier",
    "Patient.name",
    "Patient.telecom",
    "Patient.address",
    "Claim.status",
    "Claim.diagnosis",
    "Observation.valueQuantity",
    "Provenance.target",
    "Provenance.entity",
  ];
  fc.assert(
    fc.property(fc.subarray(all), (paths) => {
      const bundle = cutBundle(BUNDLE, { allowed: new Set(paths), maskLabels: [], purpose: "TREAT" });
      for (const { resource } of bundle.entry ?? []) {
        const elements = Object.keys(resource ?? {}).filter((name) => name !== "resourceType" && name !== "id");
        // A provenance without a target left names its source instead.
        for (const name of elements) assert.ok(paths.includes(`${resource?.resourceType}.${name}`) || name === "target", name);
      }
    }),
  );
});
