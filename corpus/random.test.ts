import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "./random.ts";

test("the same seed gives the same stream, another seed another", () => {
  const draw = (seed: string) => Array.from({ length: 20 }, createRandom(seed).next);
  assert.deepEqual(draw("a"), draw("a"));
  assert.notDeepEqual(draw("a"), draw("b"));
});

test("a fork does not depend on what was drawn before it", () => {
  const early = createRandom(1);
  const late = createRandom(1);
  for (let count = 0; count < 9; count += 1) late.next();
  assert.equal(early.fork("x").next(), late.fork("x").next());
  assert.notEqual(early.fork("x").next(), early.fork("y").next());
});

test("int covers its whole range evenly", () => {
  const random = createRandom("even");
  const counts = [0, 0, 0, 0, 0, 0];
  for (let draw = 0; draw < 6000; draw += 1) {
    const value = random.int(1, 6);
    counts[value - 1] = (counts[value - 1] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join(" "));
});

test("shuffle keeps every element once", () => {
  const values = Array.from({ length: 50 }, (_, index) => index);
  const shuffled = createRandom("s").shuffle(values);
  assert.notDeepEqual(shuffled, values);
  assert.deepEqual(
    shuffled.toSorted((a, b) => a - b),
    values,
  );
});

test("digits have the asked length and picking from nothing is refused", () => {
  assert.match(createRandom(3).digits(9), /^\d{9}$/);
  assert.throws(() => createRandom(3).pick([]), RangeError);
});
