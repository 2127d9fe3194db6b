import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateInbox, writeInbox } from "../corpus/inbox.ts";

/** Documents of the sample inbox. */
const COUNT = 16;

export interface SampleInbox {
  readonly inbox: string;
  /** Ground truth beside it; the product never reads this folder. */
  readonly truth: string;
}

/**
 * Generates the sample inbox on the first start (about 20 s) and leaves it alone afterwards. A generation that was cut off
 * leaves no marker and starts again.
 */
export async function prepareSampleInbox(options: {
  readonly home: string;
  readonly seed: string;
  readonly signal: AbortSignal;
}): Promise<SampleInbox> {
  const root = join(options.home, "sample");
  const sample = { inbox: join(root, "inbox"), truth: join(root, "truth") };
  const marker = join(root, "seed");
  if ((await readFile(marker, "utf8").catch(() => "")) === options.seed) return sample;
  const fresh = join(options.home, "sample.new");
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  const documents = await generateInbox({
    seed: options.seed,
    count: COUNT,
    signal: options.signal,
    onProgress: ({ done, total, pages }) =>
      process.stderr.write(`sample inbox: ${done}/${total} documents generated (${pages} pages in the last)\n`),
  });
  await writeInbox(documents, { inbox: join(fresh, "inbox"), truth: join(fresh, "truth") });
  await writeFile(join(fresh, "seed"), options.seed);
  await rm(root, { recursive: true, force: true });
  await rename(fresh, root);
  return sample;
}
