import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide, decisionVotes } from "./decide.ts";
import { isBoilerplate, phraseDecision, sentencesOf } from "./decision-phrases.ts";
import { checkboxAt, typedPage } from "./page-fixture.ts";
import { parseDecision } from "./parse-decision.ts";
import { pageModel } from "./page-model.ts";
import { paragraphsOf } from "./paragraphs.ts";

const decided = (...lines: readonly string[]) => decide(decisionVotes(paragraphsOf(pageModel(typedPage(lines)))));

describe("phraseDecision", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["Your request has been approved.", "approved"],
    ["Your request has not been approved.", "denied"],
    ["The request was not approved because criteria were not met.", "denied"],
    ["We cannot approve this medication.", "denied"],
    ["We are unable to authorize the service.", "denied"],
    ["This drug isn't covered.", "denied"],
    ["The service is not medically necessary.", "denied"],
    ["Request denied", "denied"],
    ["Approved as modified", "modified"],
    ["Your request has been modified.", "modified"],
    ["Your request was partially approved.", "partially_approved"],
    ["Approved in part, denied in part", "partially_approved"],
    ["Additional information is needed before we can decide.", "pended"],
    ["Your request is pending.", "pended"],
    ["We are unable to make a decision.", "pended"],
    ["No decision has been made.", "pended"],
    ["This request has been cancelled at the request of the prescriber.", "cancelled"],
    ["The request was withdrawn.", "cancelled"],
    ["Take one tablet daily.", undefined],
  ];
  for (const [text, decision] of cases)
    test(`${text} → ${decision ?? "nothing"}`, () => assert.equal(phraseDecision(text)?.decision, decision));
});

describe("isBoilerplate", () => {
  const told = [
    "If your request was denied, you have the right to appeal.",
    "If we do not receive it, the request will be denied.",
    "An approval does not guarantee payment.",
    "Approved From",
    "Denial Reason:",
    "You may ask for an independent review of a denial.",
    "Approved Denied Pended Modified Partially Approved Cancelled",
  ];
  for (const text of told) test(text, () => assert.equal(isBoilerplate(text), true));
  test("the statement itself is none", () => assert.equal(isBoilerplate("This request has been denied."), false));
});

test("options whose boxes were not seen state no decision, behind a label or alone", () => {
  assert.equal(parseDecision("Approved Denied Pended Cancelled"), undefined);
  assert.equal(parseDecision("Approved in part, denied in part")?.value, "partially_approved");
  assert.equal(decided("# Prior Authorization Determination", "Decision", "Approved Denied Pended Modified Cancelled"), undefined);
});

describe("decide", () => {
  test("appeal rights do not turn an approval into a denial", () => {
    const finding = decided(
      "# Notice of Approval",
      "",
      "Your request has been approved.",
      "",
      "If you disagree with a denial you have the right to appeal. Denied services may be appealed.",
    );
    assert.equal(finding?.decision, "approved");
  });
  test("a negated approval is a denial", () => {
    assert.equal(decided("After review, this request has not been approved.")?.decision, "denied");
  });
  test("loud approval beside loud denial is no clear decision", () => {
    const finding = decided("This request has been approved.", "", "", "This request has been denied.");
    assert.equal(finding?.decision, "partially_approved");
    assert.ok((finding?.share ?? 1) < 0.75);
  });
  test("modified wins over the approval it contains", () => {
    const finding = decided("Your request has been modified. We approved a different amount than requested.");
    assert.equal(finding?.decision, "modified");
    assert.ok((finding?.share ?? 0) > 0.9);
  });
  test("a row of check boxes states nothing by itself", () => {
    const page = typedPage(["   Approved      Denied      Pended"], {
      checkboxes: [checkboxAt(0, 0, false), checkboxAt(0, 14, true), checkboxAt(0, 26, false)],
    });
    assert.deepEqual(decisionVotes(paragraphsOf(pageModel(page))), []);
  });
  test("no statement, no decision", () => {
    assert.equal(decided("Enclosed please find the records that you asked for."), undefined);
  });
});

test("sentencesOf keeps numbers and single letters together", () => {
  assert.deepEqual(sentencesOf("We paid 3.50 today. Thank you! J. Doe wrote it."), [
    "We paid 3.50 today.",
    "Thank you!",
    "J. Doe wrote it.",
  ]);
});
