/** What one benchmark or evaluation measured. Keys are snake_case with the unit last and stay stable. */
export interface Report {
  readonly name: string;
  readonly seed: number;
  readonly figures: Readonly<Record<string, number>>;
  /** Ours ÷ baseline, both measured interleaved in this run, median of three or more. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly baseline: { readonly what: string; readonly figures: Readonly<Record<string, number>> };
  readonly runs: number;
  /** What a person types to get these figures again. */
  readonly commands: readonly string[];
}

/** How a benchmark or evaluation is asked to run. */
export interface RunRequest {
  readonly seed: number;
  /** Items to measure; undefined takes the default of the benchmark. */
  readonly count: number | undefined;
  readonly signal: AbortSignal;
  /** Progress for people; goes to standard error. */
  readonly progress: (line: string) => void;
}

/** A table for people: figures, baseline, ratios. */
export function renderReport(report: Report): string {
  const lines = [`${report.name}  (seed ${report.seed}, ${report.runs} runs)`, ""];
  lines.push(...rows("figures", report.figures));
  if (Object.keys(report.baseline.figures).length > 0)
    lines.push("", ...rows(`baseline: ${report.baseline.what}`, report.baseline.figures));
  if (Object.keys(report.ratios).length > 0) lines.push("", ...rows("ratios (ours ÷ baseline)", report.ratios));
  lines.push("", ...report.commands.map((command) => `  $ ${command}`));
  return lines.join("\n");
}

function rows(title: string, values: Readonly<Record<string, number>>): string[] {
  const width = Math.max(0, ...Object.keys(values).map((key) => key.length));
  return [title, ...Object.entries(values).map(([key, value]) => `  ${key.padEnd(width)}  ${formatFigure(value)}`)];
}

function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return "n/a";
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(4);
}

/** The value below which the share `p` (0..1) of the sample lies; nearest rank. NaN for an empty sample. */
export function percentile(sample: readonly number[], p: number): number {
  if (sample.length === 0) return Number.NaN;
  const sorted = sample.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN;
}

export function median(sample: readonly number[]): number {
  return percentile(sample, 0.5);
}
