import assert from "node:assert/strict";
import { test } from "node:test";
import people from "./data/people.json" with { type: "json" };
import { createNpi, createPerson, npiCheckDigit } from "./people.ts";
import { createRandom } from "./random.ts";

test("the name lists are long, without repeats, and hold hyphens and apostrophes", () => {
  for (const list of [people.first, people.last]) {
    assert.ok(list.length >= 200);
    assert.equal(new Set(list).size, list.length);
    assert.ok(list.some((name) => name.includes("-")) && list.some((name) => name.includes("'")));
  }
});

test("the published example NPI passes its check digit", () => {
  assert.equal(npiCheckDigit("123456789"), "3");
});

test("every NPI is ten digits, starts with 1 or 2 and passes Luhn behind 80840", () => {
  const random = createRandom("npi");
  for (let count = 0; count < 200; count += 1) {
    const npi = createNpi(random);
    assert.match(npi, /^[12]\d{9}$/);
    assert.ok(luhn(`80840${npi}`), npi);
  }
});

/** Luhn over a whole number with its check digit, written without regard to the code under test. */
function luhn(number: string): boolean {
  let sum = 0;
  for (let index = 0; index < number.length; index += 1) {
    const digit = Number(number[number.length - 1 - index]);
    sum += index % 2 === 0 ? digit : ([0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit] ?? 0);
  }
  return sum % 10 === 0;
}

test("people have fictional phones and real calendar birthdays", () => {
  const random = createRandom("people");
  for (let count = 0; count < 100; count += 1) {
    const person = createPerson(random);
    assert.match(person.phone, /^\d{3}55501\d{2}$/);
    assert.equal(new Date(`${person.dateOfBirth}T00:00:00Z`).toISOString().slice(0, 10), person.dateOfBirth);
    assert.equal(person.name, `${person.first} ${person.last}`);
  }
});
