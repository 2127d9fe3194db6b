import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { hostileFiles } from "./hostile.ts";
import { generateInbox, writeInbox } from "./inbox.ts";

interface Options {
  readonly seed: string;
  readonly count: string;
  readonly out: string;
  readonly hostile?: boolean;
}

const EXAMPLES = `
Examples:
  node corpus/main.ts --out /tmp/corpus                    the sample inbox, seed 1
  node corpus/main.ts --seed 7 --count 32 --out /tmp/more  32 documents of another seed
  node corpus/main.ts --out /tmp/corpus --hostile          the bad-input set as well

Files are written to DIR/inbox, ground truth to DIR/truth, bad input to DIR/hostile with DIR/hostile.json.`;

const program = new Command("corpus")
  .description("Generates synthetic payer documents, sends them through a fax line, and writes the ground truth beside them")
  .option("--seed <text>", "seed; the same seed gives the same bytes", "1")
  .option("--count <number>", "how many documents", "16")
  .requiredOption("--out <dir>", "folder to write to")
  .option("--hostile", "write the bad-input set too")
  .addHelpText("after", EXAMPLES)
  .action(run);

async function run(options: Options): Promise<void> {
  const count = Number(options.count);
  if (!Number.isInteger(count) || count < 1) {
    program.error(
      `generating "${options.count}" documents: the count is not a number of documents, it must be a whole number of 1 or more`,
    );
  }
  const documents = await generateInbox({
    seed: options.seed,
    count,
    onProgress: ({ done, total, fileName, pages }) => void process.stderr.write(`${done}/${total} ${fileName} ${pages} pages\n`),
  });
  await writeInbox(documents, { inbox: join(options.out, "inbox"), truth: join(options.out, "truth") });
  if (options.hostile === true) await writeHostile(options);
}

async function writeHostile(options: Options): Promise<void> {
  const folder = join(options.out, "hostile");
  await mkdir(folder, { recursive: true });
  const files = await hostileFiles(options.seed);
  for (const file of files) await writeFile(join(folder, file.name), file.bytes);
  await writeFile(
    join(options.out, "hostile.json"),
    `${JSON.stringify(
      files.map(({ name, expect }) => ({ name, expect })),
      null,
      2,
    )}\n`,
  );
  process.stderr.write(`${files.length} hostile files\n`);
}

await program.parseAsync();
