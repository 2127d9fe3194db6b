import type { DocumentRecord, DocumentState } from "../mesh/store/documents.ts";

/** One document of a run, as the live view and the outcome table show it. No PHI except `memberMasked`, which is masked. */
export interface RunRow {
  readonly fileName: string;
  readonly documentId: string;
  readonly state: DocumentState | "waiting" | "refused";
  readonly duplicate: boolean;
  readonly pages: number | undefined;
  readonly documentType: string | undefined;
  readonly payer: string | undefined;
  readonly memberMasked: string | undefined;
  readonly finding: string | undefined;
  readonly confidence: number | undefined;
  readonly reasons: readonly string[];
  readonly hubEvent: string | undefined;
  readonly caseId: string | undefined;
  readonly acceptedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
}

/** States in which the run owes a document nothing more. */
const ENDS: ReadonlySet<RunRow["state"]> = new Set(["delivered", "in_review", "withheld", "quarantined", "refused"]);

export function hasEnded(row: RunRow): boolean {
  return ENDS.has(row.state) || row.duplicate;
}

export type Outcome = "auto" | "review" | "withheld" | "quarantined" | "refused" | "duplicate" | "working";

const OUTCOMES: Readonly<Partial<Record<RunRow["state"], Outcome>>> = {
  delivered: "auto",
  in_review: "review",
  withheld: "withheld",
  quarantined: "quarantined",
  refused: "refused",
};

/** How a person would call the end: `auto` went through without one. */
export function outcomeOf(row: RunRow): Outcome {
  if (row.duplicate) return "duplicate";
  return OUTCOMES[row.state] ?? "working";
}

export interface RunTotals {
  readonly total: number;
  readonly ended: number;
  readonly pagesEnded: number;
  /** Documents a minute since the start; undefined before the first end. */
  readonly perMinute: number | undefined;
  /** Milliseconds left at that rate; undefined before the first end. */
  readonly etaMs: number | undefined;
}

/** The documents of one run, in the order of their files. */
export interface RunModel {
  /** Called when the inbox was listed, before anything is submitted. */
  expect(fileNames: readonly string[]): void;
  accepted(fileName: string, documentId: string, duplicate: boolean): void;
  refused(fileName: string, reason: string): void;
  /** Takes the stored record as the truth about a document. */
  observed(record: DocumentRecord): void;
  /** Adds what only the sealed artefacts know. */
  described(documentId: string, details: Pick<RunRow, "memberMasked" | "finding">): void;
  rows(): readonly RunRow[];
  totals(): RunTotals;
  isComplete(): boolean;
}

export function createRunModel(options: { readonly now: () => number }): RunModel {
  const startedAtMs = options.now();
  const byFile = new Map<string, RunRow>();
  const update = (documentId: string, change: (row: RunRow) => RunRow): void => {
    for (const row of byFile.values()) {
      if (row.documentId === documentId && !row.duplicate) byFile.set(row.fileName, change(row));
    }
  };
  return {
    expect: (fileNames) => {
      for (const fileName of fileNames) byFile.set(fileName, byFile.get(fileName) ?? emptyRow(fileName));
    },
    accepted: (fileName, documentId, duplicate) => {
      const row = byFile.get(fileName) ?? emptyRow(fileName);
      const isRepeat = duplicate && [...byFile.values()].some((other) => other.documentId === documentId && other.fileName !== fileName);
      const state = row.state === "waiting" ? "received" : row.state;
      byFile.set(fileName, { ...row, documentId, duplicate: isRepeat, state, acceptedAtMs: row.acceptedAtMs ?? options.now() });
    },
    refused: (fileName, reason) => {
      const row = byFile.get(fileName) ?? emptyRow(fileName);
      byFile.set(fileName, { ...row, state: "refused", reasons: [reason], endedAtMs: options.now() });
    },
    observed: (record) => update(record.documentId, (row) => observedRow(row, record)),
    described: (documentId, details) => update(documentId, (row) => ({ ...row, ...details })),
    rows: () => [...byFile.values()],
    totals: () => totalsOf([...byFile.values()], options.now() - startedAtMs),
    isComplete: () => byFile.size > 0 && [...byFile.values()].every(hasEnded),
  };
}

function emptyRow(fileName: string): RunRow {
  return {
    fileName,
    documentId: "",
    state: "waiting",
    duplicate: false,
    pages: undefined,
    documentType: undefined,
    payer: undefined,
    memberMasked: undefined,
    finding: undefined,
    confidence: undefined,
    reasons: [],
    hubEvent: undefined,
    caseId: undefined,
    acceptedAtMs: undefined,
    endedAtMs: undefined,
  };
}

function observedRow(row: RunRow, record: DocumentRecord): RunRow {
  const next: RunRow = {
    ...row,
    state: record.state,
    pages: record.pageCount ?? row.pages,
    documentType: record.documentType ?? row.documentType,
    payer: record.payerId ?? row.payer,
    confidence: record.confidence ?? row.confidence,
    reasons: record.reasons ?? row.reasons,
    hubEvent: record.hubEventType ?? row.hubEvent,
    caseId: record.caseId ?? row.caseId,
    acceptedAtMs: record.receivedAtMs,
  };
  return hasEnded(next) ? { ...next, endedAtMs: record.updatedAtMs } : next;
}

function totalsOf(rows: readonly RunRow[], elapsedMs: number): RunTotals {
  const ended = rows.filter(hasEnded);
  const pagesEnded = ended.reduce((sum, row) => sum + (row.pages ?? 0), 0);
  const minutes = elapsedMs / 60_000;
  const isRated = ended.length > 0 && minutes > 0;
  const perMinute = isRated ? ended.length / minutes : undefined;
  const etaMs = perMinute === undefined ? undefined : ((rows.length - ended.length) / perMinute) * 60_000;
  return { total: rows.length, ended: ended.length, pagesEnded, perMinute, etaMs };
}
