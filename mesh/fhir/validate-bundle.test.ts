import assert from "node:assert/strict";
import { test } from "node:test";
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from "@medplum/core";
import type { Bundle, Resource, StructureDefinition } from "@medplum/fhirtypes";
import fc from "fast-check";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { SAMPLE_TYPES, sampleAssessment, sampleHead, sampleUnderstanding } from "../../test/samples/document.ts";
import { mapToBundle } from "./bundle.ts";
import { deriveStructure, readDefinitions } from "./derive-structure.ts";
import { readStructure } from "./structure.ts";
import { createBundleValidator } from "./validate-bundle.ts";

const definitions = readDefinitions();
indexStructureDefinitionBundle(definitions.types as Bundle<StructureDefinition>);
indexStructureDefinitionBundle(definitions.resources as Bundle<StructureDefinition>);
const validate = createBundleValidator(readStructure());

/** The second opinion: Medplum's issue codes on a resource; `invariant` ones are about meaning, the others about structure. */
function secondOpinion(resource: unknown): readonly string[] {
  try {
    validateResource(resource as Resource);
    return [];
  } catch (caught) {
    return caught instanceof OperationOutcomeError
      ? (caught.outcome.issue ?? []).flatMap(({ severity, code }) => (severity === "error" ? [code ?? ""] : []))
      : ["crash"];
  }
}

function bundleOf(type: DocumentType): Bundle {
  const values = type === DocumentType.DETERMINATION_LETTER ? { decision: "denied", "services[0].units": "4" } : {};
  return mapToBundle(sampleUnderstanding(type, values), sampleHead(), sampleAssessment()).bundle;
}

test("the committed table is what the published definitions say", () => {
  assert.deepEqual(readStructure(), JSON.parse(JSON.stringify(deriveStructure(definitions))));
});

test("both validators find every generated bundle right", () => {
  for (const type of SAMPLE_TYPES) {
    assert.deepEqual(validate(bundleOf(type)), [], String(type));
    for (const { resource } of bundleOf(type).entry ?? [])
      assert.deepEqual(secondOpinion(resource), [], `${type} ${resource?.resourceType}`);
  }
});

/** Every place in the resources where a value stands, as steps from the bundle. */
function places(value: unknown, steps: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => places(item, [...steps, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => [[...steps, key], ...places(item, [...steps, key])]);
}

type Mutable = Record<string | number, unknown>;

function parentOf(bundle: Bundle, steps: readonly (string | number)[]): Mutable {
  return steps.slice(0, -1).reduce<unknown>((node, step) => (node as Mutable)[step], bundle) as Mutable;
}

const MUTATIONS: Readonly<Record<string, (parent: Mutable, key: string | number) => void>> = {
  "an unknown element": (parent) => {
    parent["inventedElement"] = "x";
  },
  "an empty object": (parent, key) => {
    parent[key] = Array.isArray(parent[key]) ? [{}] : {};
  },
  "an empty array": (parent, key) => {
    parent[key] = [];
  },
  null: (parent, key) => {
    parent[key] = null;
  },
  "an array more or less": (parent, key) => {
    parent[key] = Array.isArray(parent[key]) ? (parent[key] as unknown[])[0] : [parent[key]];
  },
  "another kind of value": (parent, key) => {
    parent[key] = typeof parent[key] === "string" ? 17 : "2026-99-99 of the wrong kind";
  },
  "a blank text": (parent, key) => {
    parent[key] = Array.isArray(parent[key]) ? [" "] : " ";
  },
};

test("a bundle broken at any one place is refused, with that place named", () => {
  const types = fc.constantFrom(...SAMPLE_TYPES);
  const mutations = fc.constantFrom(...Object.keys(MUTATIONS));
  fc.assert(
    fc.property(types, mutations, fc.nat(), (type, mutation, pick) => {
      const bundle = structuredClone(bundleOf(type));
      const all = places(bundle).filter((steps) => steps.length > 3);
      const steps = all[pick % all.length] ?? [];
      MUTATIONS[mutation]?.(parentOf(bundle, steps), steps.at(-1) ?? "");
      const faults = validate(bundle);
      assert.notEqual(faults.length, 0, `${mutation} at ${steps.join(".")}`);
      const index = String(steps[1]);
      assert.ok(
        faults.some(({ path }) => path.startsWith(`Bundle.entry[${index}]`) || path.includes("entry")),
        faults[0]?.path,
      );
    }),
    { numRuns: 2000 },
  );
});

test("what the second opinion refuses in structure, the validator refuses: one removed element at a time", () => {
  const seen = new Set<string>();
  let refused = 0;
  for (const type of SAMPLE_TYPES) {
    for (const steps of places(bundleOf(type))) {
      const resource = bundleOf(type).entry?.[Number(steps[1])]?.resource;
      const pattern = `${resource?.resourceType} ${steps
        .slice(3)
        .filter((step) => typeof step === "string")
        .join(".")}`;
      if (steps[2] !== "resource" || steps.length < 4 || steps.at(-1) === "resourceType" || seen.has(pattern)) continue;
      seen.add(pattern);
      const bundle = structuredClone(bundleOf(type));
      delete parentOf(bundle, steps)[steps.at(-1) ?? ""];
      if (!secondOpinion(bundle.entry?.[Number(steps[1])]?.resource).includes("structure")) continue;
      refused += 1;
      assert.notEqual(validate(bundle).length, 0, steps.join("."));
    }
  }
  assert.ok(refused >= 60, `${refused} removals were refused`);
});

test("references must be closed, unique and of a type allowed there", () => {
  const cases: readonly (readonly [string, (text: string) => string])[] = [
    [
      "leads to nothing in the bundle",
      (text) => text.replace(/"patient":\{"reference":"urn:uuid:[^"]+"/, '"patient":{"reference":"Patient/17"'),
    ],
    [
      "leads to nothing in the bundle",
      (text) => text.replace(/"patient":\{"reference":"[^"]+"/, '"patient":{"reference":"https://example.org/Patient/1"'),
    ],
    ["does not agree with the id", (text) => text.replace(/"fullUrl":"urn:uuid:./, '"fullUrl":"urn:uuid:z')],
    ["not a collection", (text) => text.replace('"type":"collection"', '"type":"batch"')],
    ["not a code of the required list", (text) => text.replace('"outcome":"complete"', '"outcome":"denied"')],
  ];
  for (const [problem, change] of cases) {
    const text = JSON.stringify(bundleOf(DocumentType.DETERMINATION_LETTER));
    assert.notEqual(change(text), text, `${problem} is planted`);
    const faults = validate(JSON.parse(change(text)));
    assert.ok(
      faults.some((fault) => fault.problem === problem),
      `${problem} in ${JSON.stringify(faults.slice(0, 3))}`,
    );
  }
});

test("a reference to a resource of the wrong type is refused", () => {
  const bundle = structuredClone(bundleOf(DocumentType.CLAIM_FORM));
  const entries = bundle.entry ?? [];
  const coverageUrl = entries.find(({ resource }) => resource?.resourceType === "Coverage")?.fullUrl ?? "";
  for (const { resource } of entries) {
    if (resource?.resourceType === "Claim") resource.patient = { reference: coverageUrl };
  }
  assert.deepEqual(
    validate(bundle).map(({ problem }) => problem),
    ["leads to a resource of a type not allowed here"],
  );
});

test("duplicates, doubled choices, bad extensions and periods are refused", () => {
  const twice = structuredClone(bundleOf(DocumentType.OTHER));
  twice.entry?.push(structuredClone(twice.entry[0] ?? {}));
  assert.ok(validate(twice).some(({ problem }) => problem === "used twice"));
  const text = JSON.stringify(bundleOf(DocumentType.DETERMINATION_LETTER));
  const both = text.replace('"medicationCodeableConcept":', '"medicationReference":{"display":"x"},"medicationCodeableConcept":');
  assert.ok(validate(JSON.parse(both)).some(({ problem }) => problem === "more than one variant of a choice"));
  const extended = text.replace('"url":"field","valueString":"member.name"', '"url":"field"');
  assert.ok(validate(JSON.parse(extended)).some(({ problem }) => problem === "needs either a value or extensions"));
  const approved = JSON.stringify(
    mapToBundle(sampleUnderstanding(DocumentType.DETERMINATION_LETTER), sampleHead(), sampleAssessment()).bundle,
  );
  assert.ok(
    validate(JSON.parse(approved.replaceAll('"end":"2027-03-01"', '"end":"2020-03-01"'))).some(
      ({ problem }) => problem === "ends before it starts",
    ),
  );
});

test("what is no bundle at all is refused", () => {
  for (const value of [
    null,
    undefined,
    17,
    "Bundle",
    [],
    {},
    { resourceType: "Bundle" },
    { resourceType: "Patient", id: "a" },
    { resourceType: "__proto__" },
  ]) {
    assert.notEqual(validate(value).length, 0, JSON.stringify(value));
  }
});

test("deep nesting ends with a fault, not with a stack overflow", () => {
  let extension: unknown = { url: "u", valueString: "v" };
  for (let depth = 0; depth < 5000; depth += 1) extension = { url: "u", extension: [extension] };
  const bundle = structuredClone(bundleOf(DocumentType.OTHER));
  Object.assign(bundle.entry?.[0]?.resource ?? {}, { extension: [extension] });
  assert.ok(validate(bundle).some(({ problem }) => problem === "nested too deep"));
});
