/** Where a command writes: results to `out`, all else to `err`. */
export interface CommandIo {
  /** One line, or several; the newline is added. */
  out(text: string): void;
  err(text: string): void;
}

/** Columns as wide as their widest cell, two spaces between; the last column is not padded. */
export function textTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, index) => Math.max(title.length, ...rows.map((row) => [...(row[index] ?? "")].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === cells.length - 1 ? cell : cell + " ".repeat((widths[index] ?? 0) - [...cell].length)))
      .join("  ")
      .trimEnd();
  return [line(titles), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
