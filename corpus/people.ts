import people from "./data/people.json" with { type: "json" };
import type { Random } from "./random.ts";

/** A synthetic person. Nobody real: names are drawn apart from each other, phones lie in the 555-01xx block. */
export interface Person {
  readonly first: string;
  readonly last: string;
  /** `First Last`. */
  readonly name: string;
  /** ISO date of birth. */
  readonly dateOfBirth: string;
  /** 10 digits. */
  readonly phone: string;
  readonly street: string;
  /** `City, ST 12345`. */
  readonly cityLine: string;
}

/** A synthetic adult born between 1938 and 2004. */
export function createPerson(random: Random): Person {
  const first = random.pick(people.first);
  const last = random.pick(people.last);
  const city = random.pick(people.cities);
  return {
    first,
    last,
    name: `${first} ${last}`,
    dateOfBirth: isoDate(random.int(1938, 2004), random.int(1, 12), random.int(1, 28)),
    phone: createPhone(random, city.area),
    street: `${random.int(10, 9899)} ${random.pick(people.streets)} ${random.pick(["St", "Ave", "Rd", "Blvd", "Ln", "Dr"])}`,
    cityLine: `${city.name}, ${city.state} ${city.zip}`,
  };
}

/** 10 digits, exchange 555, line 0100 to 0199: reserved for fiction. */
export function createPhone(random: Random, area: string = random.pick(people.cities).area): string {
  return `${area}55501${random.digits(2)}`;
}

function isoDate(year: number, month: number, day: number): string {
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** A 10-digit NPI that passes its check digit: Luhn over the prefix 80840 (CMS, NPI check digit). */
export function createNpi(random: Random): string {
  const body = `${random.pick(["1", "2"])}${random.digits(8)}`;
  return body + npiCheckDigit(body);
}

/** The check digit of the first nine digits of an NPI. */
export function npiCheckDigit(nine: string): string {
  let sum = 24; // what the constant prefix 80840 adds
  [...nine].reverse().forEach((digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return String((10 - (sum % 10)) % 10);
}
