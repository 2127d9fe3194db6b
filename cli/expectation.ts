import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { truthSchema } from "../corpus/truth.ts";
import { outcomeOf, type RunRow } from "./run-model.ts";

/** How a run over generated documents compares with what they were made to be. */
export interface Comparison {
  readonly matched: number;
  readonly total: number;
  readonly mismatches: readonly { readonly fileName: string; readonly expected: string; readonly actual: string }[];
}

/** Reads the expected outcome of every generated file; empty when the folder has none. */
export async function readExpectations(truthFolder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(truthFolder).catch(() => []);
  const expectations = new Map<string, string>();
  for (const name of names.filter((each) => each.endsWith(".json"))) {
    const truth = truthSchema.parse(JSON.parse(await readFile(join(truthFolder, name), "utf8")));
    expectations.set(truth.fileName, truth.expected.outcome);
  }
  return expectations;
}

/** `any` is met by both ends that a legible document may reach. Files without an expectation do not count. */
export function compare(rows: readonly RunRow[], expectations: ReadonlyMap<string, string>): Comparison {
  const judged = rows.flatMap((row) => {
    const expected = expectations.get(row.fileName);
    return expected === undefined ? [] : [{ fileName: row.fileName, expected, actual: outcomeOf(row) }];
  });
  const mismatches = judged.filter(({ expected, actual }) =>
    expected === "any" ? actual !== "auto" && actual !== "review" : actual !== expected,
  );
  return { matched: judged.length - mismatches.length, total: judged.length, mismatches };
}
