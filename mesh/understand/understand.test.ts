import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DocumentType, PageWords } from "../../proto/document/v1/document.pb.ts";
import { loadCodeBook } from "./code-book.ts";
import { checkboxAt, type FixtureOptions, typedPage } from "./page-fixture.ts";
import { understand } from "./understand.ts";

const book = loadCodeBook();
const NO_CONTEXT = { fileName: "", sender: "" };
const ask = (lines: readonly string[], options: FixtureOptions = {}) =>
  understand([typedPage(lines, options)], { context: NO_CONTEXT, book });
const valuesOf = (understanding: ReturnType<typeof ask>) =>
  Object.fromEntries(understanding.fields.map((field) => [field.name, field.value]));

const REQUEST = [
  "# Prior Authorization Request Form",
  "",
  "Aetna",
  "Review Type:      Standard      Expedited",
  "Date of Request: 03/11/2026",
  "",
  "Member Information",
  "Member Name: John Smith            Date of Birth: 01/02/1980",
  "Member ID: W123456789              Phone: (555) 010-1234",
  "",
  "Provider Information",
  "Name: Maria Lopez, MD              NPI: 1234567893",
  "Phone: (555) 010-9876              Fax: (555) 010-9877",
  "",
  "Drug Name: Remicade                Strength: 100 mg",
  "HCPCS Code: J1745                  Units: 50",
  "Diagnosis Code (ICD-10): M05.79, K50.90",
];

describe("a request form", () => {
  const checkboxes = [checkboxAt(3, 16, false), checkboxAt(3, 30, true)];
  const found = ask(REQUEST, { checkboxes });
  test("its type, fields and choices", () => {
    assert.equal(found.type, DocumentType.PRIOR_AUTHORIZATION_REQUEST);
    const expected = {
      "member.name": "John Smith",
      "member.id": "W123456789",
      "member.date_of_birth": "1980-01-02",
      "member.phone": "5550101234",
      "provider.name": "Maria Lopez",
      "provider.npi": "1234567893",
      "provider.phone": "5550109876",
      "provider.fax": "5550109877",
      "request.date": "2026-03-11",
      "request.urgency": "expedited",
      "services[0].hcpcs": "J1745",
      "payer.name": "Aetna",
    };
    const values = valuesOf(found);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, values[name]])), expected);
    assert.equal(found.payerId, "aetna");
    assert.deepEqual(found.missingFields, []);
  });
  test("every field says where it stands", () => {
    const page = typedPage(REQUEST, { checkboxes });
    for (const field of found.fields) {
      assert.ok(field.wordIndexes.length > 0, field.name);
      const words = field.wordIndexes.map((index) => page.words[index]?.text ?? "").join(" ");
      assert.ok(words.includes(field.rawText.split(" ")[0] ?? "?"), `${field.name}: ${words}`);
      assert.ok(field.box !== undefined && field.box.x1 > field.box.x0 && field.page === 1);
    }
  });
  test("both boxes marked, or none, is no answer", () => {
    for (const checked of [true, false]) {
      const unclear = ask(REQUEST, { checkboxes: [checkboxAt(3, 16, checked), checkboxAt(3, 30, checked)] });
      assert.equal(valuesOf(unclear)["request.urgency"], undefined);
      assert.ok(unclear.missingFields.includes("request.urgency"));
    }
  });
  test("a blank value is missing, not the next label", () => {
    const blank = ask(
      REQUEST.map((line) => line.replace("W123456789", "__________")),
      { checkboxes },
    );
    assert.equal(valuesOf(blank)["member.id"], undefined);
    assert.ok(blank.missingFields.includes("member.id"));
  });
  test("an NPI that fails its check digit is not trusted", () => {
    const wrong = ask(
      REQUEST.map((line) => line.replace("1234567893", "1234567894")),
      { checkboxes },
    );
    assert.ok((wrong.fields.find((field) => field.name === "provider.npi")?.confidence ?? 1) <= 0.5);
  });
  test("two member ids are not trusted", () => {
    const two = ask([...REQUEST, "", "Member ID: W999888777"], { checkboxes });
    assert.ok((two.fields.find((field) => field.name === "member.id")?.confidence ?? 1) <= 0.5);
  });
});

describe("labels above their values", () => {
  test("in columns, under each label", () => {
    const values = valuesOf(
      ask([
        "# Eligibility Verification",
        "",
        "Member Name         Member ID         Date of Birth",
        "JOHN SMITH          W123456789        01/02/1980",
      ]),
    );
    assert.deepEqual(
      [values["member.name"], values["member.id"], values["member.date_of_birth"]],
      ["JOHN SMITH", "W123456789", "1980-01-02"],
    );
  });
});

describe("a determination letter", () => {
  const letter = (...body: readonly string[]) =>
    ask(["Aetna", "", "March 11, 2026", "", "Member Name: John Smith", "Member ID: W123456789", "", "Dear John Smith:", "", ...body]);
  test("an approval with its period in a sentence", () => {
    const found = letter(
      "We have approved your request for Humira 40 mg/0.8 mL.",
      "",
      "This authorization is valid from 03/12/2026 through 03/11/2027 for 12 units.",
      "",
      "Please use authorization number PA123456789 on all claims.",
    );
    assert.equal(found.decision, "approved");
    const values = valuesOf(found);
    assert.deepEqual(
      [
        values["letter.date"],
        values["authorization.start_date"],
        values["authorization.end_date"],
        values["authorization.units"],
        values["authorization.number"],
      ],
      ["2026-03-11", "2026-03-12", "2027-03-11", "12", "PA123456789"],
    );
  });
  test("a denial keeps its reason and deadline, appeal rights flip nothing", () => {
    const found = letter(
      "This request has not been approved.",
      "",
      "Reason for our decision: Step therapy has not been completed.",
      "",
      "If you disagree you may appeal. We must receive the appeal by 05/10/2026.",
      "",
      "An approved appeal will be processed at once.",
    );
    assert.equal(found.decision, "denied");
    assert.deepEqual(
      [valuesOf(found)["denial.reason"], valuesOf(found)["appeal.deadline_date"]],
      ["Step therapy has not been completed", "2026-05-10"],
    );
  });
  test("two decisions in one letter are not trusted", () => {
    const found = letter("This request has been denied.", "", "", "Our records show that this request has been approved.");
    assert.ok((found.fields.find((field) => field.name === "decision")?.confidence ?? 1) <= 0.5);
  });
});

describe("tables", () => {
  const EOB = [
    "# Explanation of Benefits",
    "",
    "Member Name: John Smith",
    "Claim Number: E1234567890",
    "",
    "Date          Code      Units      Billed       Allowed      Paid     Reason",
  ];
  test("service lines and totals that confirm each other", () => {
    const found = ask([
      ...EOB,
      "01/02/2026    J1745        10     $300.00      $200.00   $160.00     45",
      "01/02/2026    99213         1     $100.00       $50.00    $40.00     45",
      "",
      "",
      "",
      "Total Charge: $400.00",
      "Total Paid: $200.00",
    ]);
    const values = valuesOf(found);
    assert.deepEqual(
      [
        values["lines[0].hcpcs"],
        values["lines[1].hcpcs"],
        values["lines[1].paid_cents"],
        values["lines[0].units"],
        values["lines[0].carc"],
      ],
      ["J1745", "99213", "4000", "10", "45"],
    );
    assert.deepEqual([values["claim.total_charge_cents"], values["claim.total_paid_cents"]], ["40000", "20000"]);
  });
  test("a line whose amount cannot be read stays a line, without trust", () => {
    const found = ask([
      ...EOB,
      "01/02/2026    J1745        10     $300.00      $200.00   ~~~         45",
      "01/02/2026    99213         1     $100.00       $50.00    $40.00     45",
    ]);
    const paid = found.fields.find((field) => field.name === "lines[0].paid_cents");
    assert.deepEqual([paid?.value, paid?.confidence], ["", 0]);
    assert.ok(found.missingFields.includes("lines[0].paid_cents"));
    assert.equal(valuesOf(found)["lines[1].hcpcs"], "99213");
  });
  test("laboratory results with flags and units", () => {
    const found = ask([
      "# Laboratory Report",
      "",
      "Accession: L12345678",
      "",
      "Test                      Result    Flag    Units     Reference Range",
      "Hemoglobin                  9.5     L       g/dL      12.0 - 17.0",
      "Platelet Count              250             K/uL      150 - 400",
    ]);
    const values = valuesOf(found);
    assert.deepEqual(
      [values["results[0].test"], values["results[0].value"], values["results[0].flag"], values["results[0].unit"]],
      ["Hemoglobin", "9.5", "low", "g/dL"],
    );
    assert.deepEqual(
      [values["results[1].test"], values["results[1].value"], values["results[1].flag"]],
      ["Platelet Count", "250", undefined],
    );
  });
});

describe("hostile pages", () => {
  test("no pages, empty pages, endless words and words without boxes are answered", () => {
    const word = (text: string) => ({ text, confidence: 0.5 });
    const hostile = [
      PageWords.fromPartial({ page: 1 }),
      PageWords.fromPartial({
        page: 2,
        words: [word("x".repeat(10_000)), word("\u0000"), word("🂡".repeat(500)), word("1".repeat(10_000))],
      }),
    ];
    for (const pages of [[], hostile]) assert.equal(understand(pages, { context: NO_CONTEXT, book }).type, DocumentType.OTHER);
  });
  test("of a 300-page fax only the first forty pages are searched for fields", () => {
    const late = typedPage(["Member ID: W123456789"], { page: 300 });
    const pages = [
      typedPage(["# Laboratory Report", "Accession: L12345678"]),
      ...Array.from({ length: 298 }, (_, at) => typedPage(["Nothing here"], { page: at + 2 })),
      late,
    ];
    const values = valuesOf(understand(pages, { context: NO_CONTEXT, book }));
    assert.equal(values["lab.accession"], "L12345678");
    assert.equal(values["member.id"], undefined);
  });
  test("the same pages give the same answer", () => {
    assert.deepEqual(ask(REQUEST), ask(REQUEST));
  });
});
