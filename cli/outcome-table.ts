import { paint } from "./live-view.ts";
import { outcomeOf, type RunRow } from "./run-model.ts";

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly text: (row: RunRow) => string;
}

/** Longest reason shown in a cell, in characters; the whole text is in `out/` and in `payerhub review show`. */
const MAX_CELL = 34;

const COLUMNS: readonly Column[] = [
  { title: "document", text: (row) => row.fileName },
  { title: "type", text: (row) => row.documentType ?? "—" },
  { title: "payer", text: (row) => row.payer ?? "—" },
  { title: "member", text: (row) => row.memberMasked ?? "—" },
  { title: "decision or finding", text: (row) => row.finding ?? row.reasons[0] ?? "—" },
  { title: "conf", isNumber: true, text: (row) => (row.confidence === undefined ? "—" : `${Math.round(row.confidence * 100)}%`) },
  { title: "outcome", text: (row) => outcomeOf(row) },
  { title: "hub event", text: (row) => row.hubEvent ?? "—" },
  { title: "case", text: (row) => (row.caseId === undefined ? "—" : row.caseId.slice(0, 13)) },
  { title: "s", isNumber: true, text: secondsOf },
];

function secondsOf(row: RunRow): string {
  if (row.acceptedAtMs === undefined || row.endedAtMs === undefined) return "—";
  return ((row.endedAtMs - row.acceptedAtMs) / 1_000).toFixed(1);
}

/** The table at the end of a run: one line a document. */
export function outcomeTable(rows: readonly RunRow[], options: { readonly useColor: boolean }): string {
  const cells = rows.map((row) => COLUMNS.map((column) => clipCell(column.text(row))));
  const widths = COLUMNS.map((column, index) => Math.max(column.title.length, ...cells.map((line) => line[index]?.length ?? 0)));
  const format = (line: readonly string[]) =>
    line
      .map((cell, index) => (COLUMNS[index]?.isNumber === true ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ");
  const body = rows.map((row, index) => paint(format(cells[index] ?? []), outcomeOf(row), options.useColor));
  return [format(COLUMNS.map((column) => column.title)), widths.map((width) => "─".repeat(width)).join("  "), ...body].join("\n");
}

function clipCell(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line;
}

/** One NDJSON line a document: the stable shape of `npm start -- --json`. */
export function outcomeJson(row: RunRow): Record<string, unknown> {
  return {
    kind: "document",
    file: row.fileName,
    document_id: row.documentId,
    state: row.state,
    outcome: outcomeOf(row),
    type: row.documentType ?? null,
    payer: row.payer ?? null,
    member: row.memberMasked ?? null,
    finding: row.finding ?? null,
    confidence: row.confidence ?? null,
    reasons: row.reasons,
    hub_event: row.hubEvent ?? null,
    case_id: row.caseId ?? null,
    pages: row.pages ?? null,
    seconds: row.acceptedAtMs === undefined || row.endedAtMs === undefined ? null : (row.endedAtMs - row.acceptedAtMs) / 1_000,
  };
}
