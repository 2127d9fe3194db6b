import assert from "node:assert/strict";
import { test } from "node:test";
import { assess } from "../../mesh/score/assess.ts";
import { loadCalibration } from "../../mesh/score/calibration.ts";
import { scoreConfigSchema } from "../../mesh/score/config.ts";
import { gatherEvidence } from "../../mesh/score/evidence.ts";
import { loadCodeBook } from "../../mesh/understand/code-book.ts";
import { typedPage } from "../../mesh/understand/page-fixture.ts";
import { understand } from "../../mesh/understand/understand.ts";
import { Decision } from "../../proto/document/v1/document.pb.ts";

// Understanding and score meet only in the artefact: what one marks as unread, the other must not pass over.
const book = loadCodeBook();
const HEAD = [
  "# Laboratory Report",
  "",
  "Patient Name: John Smith",
  "Date of Birth: 01/02/1980",
  "Accession: BX12345678",
  "Collected: 03/11/2026",
  "",
];
const COLUMNS = "Test                      Result    Flag    Units     Reference Range";
const READ = "Immunoglobulin G            800             mg/dL     600 - 1640";
const UNREAD = "Potassium                                   mmol/L    3.5 - 5.3";

function decide(rows: readonly string[]) {
  const pages = [typedPage([...HEAD, COLUMNS, ...rows])];
  const evidence = gatherEvidence(understand(pages, { context: { fileName: "", sender: "" }, book }), pages, book.drugs);
  const quiet = { isolationForest: 0, autoencoder: 0, residuals: [] };
  return assess(evidence, quiet, { config: scoreConfigSchema.parse({}), calibration: loadCalibration(), settledByPerson: false });
}

test("a report whose results are all read passes", () => {
  assert.deepEqual(decide([READ]).reasons, []);
  assert.equal(decide([READ]).decision, Decision.ACCEPT);
});

test("one result that could not be read sends the report to a person", () => {
  const { decision, reasons } = decide([READ, UNREAD]);
  assert.equal(decision, Decision.REVIEW);
  assert.deepEqual(
    reasons.map(({ code, field }) => [code, field]),
    [["field.missing", "results[1].value"]],
  );
});
