import { readFileSync } from "node:fs";
import { z } from "zod";

/** What every code set file says about itself. `asOf` is the ISO date of the release the rows were taken from. */
export interface CodeSet<Row> {
  readonly asOf: string;
  readonly source: string;
  readonly license: string;
  readonly rows: readonly Row[];
}

/**
 * Reads `data/<name>.json` beside this file and checks every row. Throws a ZodError when the file does not have the shape
 * `{asOf, source, license, rows}`: a broken file is a defect of the release, not an input error.
 */
export function readData<Row>(name: string, row: z.ZodType<Row>): CodeSet<Row> {
  const shape = z.strictObject({ asOf: z.iso.date(), source: z.string().min(1), license: z.string().min(1), rows: z.array(row).min(1) });
  const text = readFileSync(new URL(`./data/${name}.json`, import.meta.url), "utf8");
  return Object.freeze(shape.parse(JSON.parse(text)));
}
