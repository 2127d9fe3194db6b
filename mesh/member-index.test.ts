import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DocumentType, Understanding } from "../proto/document/v1/document.pb.ts";
import { memberIndex, memberIndexes, personIndex } from "./member-index.ts";
import { sampleUnderstanding } from "../test/samples/document.ts";
import { sampleSeal } from "../test/samples/seal.ts";

const seal = sampleSeal();

test("one member id printed in several ways is one index; another id, tenant or kind is another", () => {
  const index = memberIndex(seal, "acme", "W2847 16093");
  for (const spelling of ["w284716093", "W-2847-160-93", " W284716093 "]) assert.equal(memberIndex(seal, "acme", spelling), index);
  assert.notEqual(memberIndex(seal, "acme", "W284716094"), index);
  assert.notEqual(memberIndex(seal, "other", "W284716093"), index);
  assert.notEqual(memberIndex(sampleSeal("other"), "acme", "W284716093"), index);
});

test("a name is the same in any order, case and with or without accents, with the birth date only", () => {
  const index = personIndex(seal, "acme", "José Okafor", "1984-07-19");
  for (const spelling of ["OKAFOR, JOSE", "jose  okafor", "Okafor José"])
    assert.equal(personIndex(seal, "acme", spelling, "1984-07-19"), index);
  assert.notEqual(personIndex(seal, "acme", "Jose Okafor", "1984-07-18"), index);
});

test("what a document does not tell has no index: two unknown members never look alike", () => {
  const none = { member: undefined, person: undefined };
  assert.deepEqual(memberIndexes(seal, "acme", Understanding.fromPartial({})), none);
  const blank = Understanding.fromPartial({
    fields: [
      { name: "member.id", value: " -- " },
      { name: "member.name", value: "123" },
      { name: "member.date_of_birth", value: "1984-07-19" },
    ],
  });
  assert.deepEqual(memberIndexes(seal, "acme", blank), none);
  const record = memberIndexes(seal, "acme", sampleUnderstanding(DocumentType.MEDICAL_RECORD));
  assert.equal(record.member, undefined);
  assert.notEqual(record.person, undefined);
});

test("an index tells nothing of its value", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9]{4,20}$/), (id) => {
      const index = memberIndex(seal, "acme", id);
      assert.match(index, /^[0-9a-f]{16,}$/);
      assert.ok(!index.toUpperCase().includes(id));
    }),
  );
});
