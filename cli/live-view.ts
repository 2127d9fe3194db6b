import { styleText } from "node:util";
import { hasEnded, type Outcome, outcomeOf, type RunModel, type RunRow } from "./run-model.ts";

/** Redraws of the screen a second. */
const FRAMES_PER_SECOND = 5;
/** Without a terminal: one line at least every so many milliseconds while something changes. */
const PLAIN_EVERY_MS = 10_000;
/** Rows of documents shown at once; the ones in work come first when there are more. */
const MAX_ROWS = 24;
const BAR_WIDTH = 24;
const ESCAPE = "\u001b";
/** A color sequence, captured so that `split` keeps it. */
const COLOR_CODE = new RegExp(`(${ESCAPE}\\[[0-9;]*m)`);

/** What the view needs of the terminal. */
export interface ViewOutput {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly useColor: boolean;
  write(text: string): void;
}

const MARKS: Readonly<Record<Outcome, string>> = {
  auto: "✔",
  review: "◐",
  withheld: "◐",
  quarantined: "✖",
  refused: "✖",
  duplicate: "=",
  working: "·",
};

/** The steps a document takes, for the small progress bar of a row. */
const STEPS: readonly RunRow["state"][] = ["received", "read", "understood", "scored", "mapped", "released", "delivered"];

/** Shows the run until `stop`: a redrawn block on a terminal, one line per 10 % or 10 s elsewhere. */
export function startLiveView(model: RunModel, output: ViewOutput, now: () => number): { stop(): void } {
  const draw = output.isTTY ? blockDrawer(model, output) : lineDrawer(model, output, now);
  const timer = setInterval(draw, 1_000 / FRAMES_PER_SECOND);
  let stopped = false;
  return {
    stop: () => {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      draw();
    },
  };
}

function blockDrawer(model: RunModel, output: ViewOutput): () => void {
  let drawnLines = 0;
  return () => {
    const lines = renderBlock(model, output);
    const up = drawnLines > 0 ? `\u001b[${drawnLines}A` : "";
    output.write(`${up}${lines.map((line) => `\u001b[2K${line}`).join("\n")}\n\u001b[0J`);
    drawnLines = lines.length;
  };
}

function lineDrawer(model: RunModel, output: ViewOutput, now: () => number): () => void {
  let lastTenth = -1;
  let lastAtMs = now();
  return () => {
    const totals = model.totals();
    if (totals.total === 0) return;
    const tenth = Math.floor((totals.ended / totals.total) * 10);
    if (tenth === lastTenth && (now() - lastAtMs < PLAIN_EVERY_MS || totals.ended === totals.total)) return;
    lastTenth = tenth;
    lastAtMs = now();
    output.write(`${summaryLine(model)}\n`);
  };
}

/** The lines of one frame; pure, so that it can be tested without a terminal. */
export function renderBlock(model: RunModel, output: Pick<ViewOutput, "columns" | "useColor">): string[] {
  const rows = model.rows();
  const shown = rows.length <= MAX_ROWS ? rows : mostInteresting(rows);
  const nameWidth = Math.min(34, Math.max(12, ...shown.map((row) => row.fileName.length)));
  const lines = shown.map((row) => clip(renderRow(row, nameWidth, output.useColor), output.columns));
  const hidden = rows.length - shown.length;
  if (hidden > 0) lines.push(`  … and ${hidden} more`);
  return ["", ...lines, "", summaryLine(model)];
}

function mostInteresting(rows: readonly RunRow[]): readonly RunRow[] {
  const inWork = rows.filter((row) => !hasEnded(row) && row.state !== "waiting");
  const ended = rows.filter(hasEnded).slice(-(MAX_ROWS - Math.min(inWork.length, MAX_ROWS)));
  const waiting = rows.filter((row) => row.state === "waiting");
  return [...ended, ...inWork, ...waiting].slice(0, MAX_ROWS);
}

function renderRow(row: RunRow, nameWidth: number, useColor: boolean): string {
  const outcome = outcomeOf(row);
  const mark = paint(MARKS[outcome], outcome, useColor);
  const name = row.fileName.length > nameWidth ? `${row.fileName.slice(0, nameWidth - 1)}…` : row.fileName.padEnd(nameWidth);
  const pages = row.pages === undefined ? "      " : `${String(row.pages).padStart(3)} pp`;
  const confidence = row.confidence === undefined ? "    " : `${String(Math.round(row.confidence * 100)).padStart(3)}%`;
  const what = outcome === "working" ? row.state : outcome;
  return `${mark} ${name}  ${stepBar(row)}  ${pages}  ${confidence}  ${paint(what.padEnd(11), outcome, useColor)} ${row.documentType ?? ""}`;
}

function stepBar(row: RunRow): string {
  if (row.state === "waiting") return "·".repeat(STEPS.length);
  const reached = hasEnded(row) && row.state !== "delivered" ? STEPS.indexOf("scored") : STEPS.indexOf(row.state);
  return "■".repeat(reached + 1).padEnd(STEPS.length, "·");
}

function summaryLine(model: RunModel): string {
  const { total, ended, pagesEnded, perMinute, etaMs } = model.totals();
  const filled = total === 0 ? 0 : Math.round((ended / total) * BAR_WIDTH);
  const rate = perMinute === undefined ? "rate —" : `${perMinute.toFixed(1)} documents/min`;
  const eta = etaMs === undefined ? "ETA —" : etaMs === 0 ? "done" : `ETA ${formatDuration(etaMs)}`;
  return `[${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)}] ${ended}/${total} documents, ${pagesEnded} pages, ${rate}, ${eta}`;
}

/** `1 min 05 s`, `42 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** Colors an outcome: green went through, yellow waits for a person, red was stopped. */
export function paint(text: string, outcome: Outcome, useColor: boolean): string {
  if (!useColor || outcome === "working") return text;
  const color =
    outcome === "auto" ? "green" : outcome === "review" || outcome === "withheld" ? "yellow" : outcome === "duplicate" ? "gray" : "red";
  return styleText(color, text, { validateStream: false });
}

/** Cuts a line to the terminal's width, counting characters that are seen. */
function clip(line: string, columns: number): string {
  let seen = 0;
  let result = "";
  for (const part of line.split(COLOR_CODE)) {
    if (part.startsWith(ESCAPE)) {
      result += part;
      continue;
    }
    const room = Math.max(0, columns - 1 - seen);
    result += part.slice(0, room);
    seen += Math.min(part.length, room);
  }
  return result;
}
