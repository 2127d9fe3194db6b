import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isoDate, parseDate, parseDateAll } from "./parse-date.ts";
import { parseMoney, parseMoneyAll } from "./parse-money.ts";
import { parseName } from "./parse-name.ts";
import { parseDecimal, parseInteger, parsePercent, parseUnitCount } from "./parse-number.ts";
import { parsePhone } from "./parse-phone.ts";
import { parseStrength } from "./parse-strength.ts";
import { parsePlainText, parsePlan } from "./parse-text.ts";

const day = fc
  .date({ min: new Date("1930-01-01"), max: new Date("2039-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

describe("parseDate", () => {
  test("every printed form of a date comes back as the date", () => {
    fc.assert(
      fc.property(day, (iso) => {
        const [year = "", month = "", date = ""] = iso.split("-");
        const name = MONTHS[Number(month) - 1] ?? "";
        const plain = String(Number(date));
        const forms = [
          iso,
          `${month}/${date}/${year}`,
          `${Number(month)}/${plain}/${year}`,
          `${month}-${date}-${year}`,
          `${name} ${plain}, ${year}`,
          `${name.slice(0, 3)} ${plain}, ${year}`,
          `${date}-${name.slice(0, 3)}-${year}`,
        ];
        for (const form of forms) assert.equal(parseDate(`on ${form}.`)?.value, iso, form);
      }),
    );
  });
  test("look-alikes are read as digits and recorded", () => {
    assert.deepEqual(parseDate("O3/1l/2O26")?.steps, ["digits", "iso_date"]);
    assert.equal(parseDate("O3/1l/2O26")?.value, "2026-03-11");
    assert.equal(parseDate("Marcb 4, 2026")?.value, "2026-03-04");
  });
  test("days that no calendar has are not dates", () => {
    for (const text of ["02/30/2026", "13/01/2026", "00/10/2026", "2026-02-29", "99/99/9999"])
      assert.equal(parseDate(text), undefined, text);
    assert.equal(isoDate({ year: "2024", month: "2", day: "29" }), "2024-02-29");
  });
  test("two-digit years fall on either side of the pivot", () => {
    assert.equal(parseDate("03/11/26")?.value, "2026-03-11");
    assert.equal(parseDate("03/11/58")?.value, "1958-03-11");
  });
  test("several dates come in order, telephone numbers do not", () => {
    assert.deepEqual(
      parseDateAll("from 01/02/2026 to 01/02/2027, call 555-010-1234").map((parsed) => parsed.value),
      ["2026-01-02", "2027-01-02"],
    );
  });
});

describe("parseMoney", () => {
  test("every amount comes back in cents, with or without sign and commas", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (cents) => {
        const whole = String(Math.floor(cents / 100));
        const rest = String(cents % 100).padStart(2, "0");
        const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
        for (const form of [`$${grouped}.${rest}`, `$${whole}.${rest}`, `${grouped}.${rest}`])
          assert.equal(parseMoney(form)?.value, String(cents), form);
      }),
    );
  });
  test("whole dollars need their sign", () => {
    assert.equal(parseMoney("$40")?.value, "4000");
    assert.equal(parseMoney("40"), undefined);
  });
  test("several amounts come in order", () => {
    assert.deepEqual(
      parseMoneyAll("$12.00 of $1,000.50").map((parsed) => parsed.value),
      ["1200", "100050"],
    );
  });
});

describe("parseName", () => {
  test("turns last-first round and drops credentials", () => {
    assert.equal(parseName("SMITH, JOHN A")?.value, "JOHN A SMITH");
    assert.equal(parseName("Maria Lopez, MD")?.value, "Maria Lopez");
    assert.equal(parseName("Dr. Ann Lee")?.value, "Ann Lee");
    assert.equal(parseName("D'Andre Smith-Jones")?.value, "D'Andre Smith-Jones");
  });
  test("stops at the next label and at the end of a sentence", () => {
    assert.equal(parseName("Kathryn Rice ID: X1")?.value, "Kathryn Rice");
    assert.equal(parseName("Noah Perez. Keep it")?.value, "Noah Perez");
  });
  test("a capital I read as a small L is put right", () => {
    assert.equal(parseName("Arjun lyer")?.value, "Arjun Iyer");
  });
  test("one word, numbers and sentences are no names", () => {
    for (const text of ["Smith", "123 45", "the member is", ""]) assert.equal(parseName(text), undefined, text);
  });
});

describe("numbers", () => {
  test("table rules beside a number are no digits", () => {
    assert.equal(parseDecimal("6.7|")?.value, "6.7");
    assert.equal(parseInteger("51]")?.value, "51");
    assert.ok(parseInteger("51]")?.steps.includes("unruled"));
  });
  test("integers are not taken out of amounts, dates or fractions", () => {
    for (const text of ["$12.50", "01/02/2026", "12.5"]) assert.equal(parseInteger(text), undefined, text);
    assert.equal(parseInteger("1,200")?.value, "1200");
  });
  test("percentages stay within 0 and 100", () => {
    assert.equal(parsePercent("20 %")?.value, "20");
    assert.equal(parsePercent("120%"), undefined);
  });
  test("a unit count says what it counts", () => {
    assert.equal(parseUnitCount("12 units.")?.value, "12");
    assert.equal(parseUnitCount("250 mg"), undefined);
  });
});

test("parsePhone writes ten digits whatever the form", () => {
  for (const text of ["(555) 010-1234", "555-010-1234", "555.010.1234", "+1 555 010-1234"])
    assert.equal(parsePhone(text)?.value, "5550101234", text);
  assert.equal(parsePhone("012-345-6789"), undefined);
});

test("parseStrength keeps the whole fraction or nothing", () => {
  assert.equal(parseStrength("Humira 40mg / 0.8ML pen")?.value, "40 mg/0.8 mL");
  assert.equal(parseStrength("100 mg/50 mg/75 mg")?.value, "100 mg/50 mg/75 mg");
  assert.equal(parseStrength("mg/0.6 mL"), undefined);
});

test("texts lose closing marks, plans end at a comma", () => {
  assert.equal(parsePlainText("  Not  covered. ")?.value, "Not covered");
  assert.equal(parsePlan("Choice Plus PPO, group number 12")?.value, "Choice Plus PPO");
  assert.equal(parsePlainText("123 456"), undefined);
});

test("no parser chokes on 10,000 characters", () => {
  const hostile = ["1", "$1,", "A-", "Jan ", "1/", "0O"].map((unit) => unit.repeat(10_000 / unit.length));
  for (const text of hostile)
    for (const parse of [parseDate, parseMoney, parseName, parseInteger, parseDecimal, parsePhone, parseStrength, parsePlainText])
      assert.doesNotThrow(() => parse(text));
});
