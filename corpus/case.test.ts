import assert from "node:assert/strict";
import { test } from "node:test";
import { PAYERS } from "../mesh/payers/directory.ts";
import { createCase } from "./case.ts";
import { loadCodeSets } from "./code-sets.ts";
import { createRandom } from "./random.ts";

const codes = loadCodeSets();
const stories = Array.from({ length: 150 }, (_, index) => createCase(createRandom(`case-${index}`), codes));

test("drug, strength and diagnoses fit together", () => {
  for (const story of stories) {
    assert.ok(story.drug.strengths.includes(story.strength));
    assert.ok(story.diagnoses.length > 0);
    for (const diagnosis of story.diagnoses) assert.ok(story.drug.indications.includes(diagnosis.code));
  }
});

test("dates stand in the order of the story", () => {
  for (const { dates } of stories) {
    const order = [dates.coverageStart, dates.collected, dates.encounter, dates.request, dates.letter, dates.service, dates.statement];
    assert.deepEqual(order, order.toSorted());
    assert.ok(dates.authorizationStart < dates.authorizationEnd);
    assert.ok(dates.letter < dates.appealDeadline);
  }
});

test("a dependent shares the subscriber's last name and id", () => {
  const dependents = stories.filter((story) => story.subscriber !== story.member);
  assert.ok(dependents.length > 5 && dependents.length < 60);
  for (const story of dependents) {
    assert.equal(story.subscriber.last, story.member.last);
    assert.equal(story.subscriber.name.endsWith(story.member.last), true);
    assert.equal(story.subscriberId, story.memberId);
  }
});

test("the asked payer and benefit are kept; an unknown payer is refused", () => {
  for (const { id } of PAYERS) {
    const story = createCase(createRandom(id), codes, { payerId: id, medical: true });
    assert.equal(story.payer.payer.id, id);
    assert.notEqual(story.drug.hcpcs, undefined);
  }
  assert.throws(() => createCase(createRandom(1), codes, { payerId: "nobody" }), /"nobody": the directory does not list it/);
});

test("all payers are drawn", () => {
  assert.equal(new Set(stories.map((story) => story.payer.payer.id)).size, PAYERS.length);
});
