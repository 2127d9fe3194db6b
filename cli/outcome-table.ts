import { paint } from "./live-view.ts";
import { outcomeOf, type RunRow } from "./run-model.ts";

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly text: (row: RunRow) => string;
}

/** Longest reason shown in a cell, in characters; the whole text is in `out/` and in `payerhub review show`. */
const MAX_CELL = 34;
/** A column is not cut below this, so that its content can be told. */
const MIN_CELL = 8;
const GAP = "  ";

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

export interface TableOptions {
  readonly useColor: boolean;
  /** Characters a line may have; undefined where nothing wraps, as in a file. */
  readonly columns: number | undefined;
}

/** The table at the end of a run: one line a document, its widest columns cut until a line fits. */
export function outcomeTable(rows: readonly RunRow[], options: TableOptions): string {
  const cells = rows.map((row) => COLUMNS.map((column) => column.text(row).replace(/\s+/g, " ")));
  const widths = fitted(
    COLUMNS.map((column, index) => Math.min(MAX_CELL, Math.max(column.title.length, ...cells.map((line) => line[index]?.length ?? 0)))),
    options.columns,
  );
  const format = (line: readonly string[]) =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return COLUMNS[index]?.isNumber === true ? cell.padStart(width) : clipCell(cell, width).padEnd(width);
      })
      .join(GAP);
  const body = rows.map((row, index) => paint(format(cells[index] ?? []), outcomeOf(row), options.useColor));
  return [format(COLUMNS.map((column) => column.title)), widths.map((width) => "─".repeat(width)).join(GAP), ...body].join("\n");
}

/** Takes from the widest column until the line fits, or until every column is at its smallest. */
function fitted(widths: readonly number[], columns: number | undefined): readonly number[] {
  const fit = [...widths];
  const room = (columns ?? Number.POSITIVE_INFINITY) - GAP.length * (fit.length - 1);
  while (fit.reduce((sum, width) => sum + width, 0) > room) {
    const widest = Math.max(...fit);
    if (widest <= MIN_CELL) break;
    fit[fit.indexOf(widest)] = widest - 1;
  }
  return fit;
}

function clipCell(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
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
