import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";

const schema = z.strictObject({
  pid: z.int().positive(),
  natsUrl: z.string(),
  natsToken: z.string(),
  grpcPort: z.int(),
  httpPort: z.int(),
});

/** Where the running system of a home folder listens, for commands in other terminals. */
export type RunFile = z.infer<typeof schema>;

function pathIn(home: string): string {
  return join(home, "run.json");
}

/** Only the user may read it: it holds the broker's token. */
export async function writeRunFile(home: string, run: RunFile): Promise<void> {
  await writeFile(pathIn(home), `${JSON.stringify(run)}\n`, { mode: 0o600 });
}

export async function removeRunFile(home: string): Promise<void> {
  await rm(pathIn(home), { force: true });
}

/** Undefined when nothing runs on this home folder; a file that a killed process left behind counts as nothing. */
export async function findRunning(home: string): Promise<RunFile | undefined> {
  const text = await readFile(pathIn(home), "utf8").catch(() => undefined);
  const parsed = text === undefined ? undefined : schema.safeParse(safeJson(text));
  return parsed?.success === true && isAlive(parsed.data.pid) ? parsed.data : undefined;
}

/** Throws UNAVAILABLE with the command that starts the system. */
export async function requireRunning(home: string): Promise<RunFile> {
  const run = await findRunning(home);
  if (run === undefined) {
    throw new PayerHubError(
      "UNAVAILABLE",
      `finding the running system of "${home}": none runs, start one with "npm start" or "payerhub up"`,
    );
  }
  return run;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (caught) {
    // Somebody else's process with that id is alive too.
    return caught instanceof Error && "code" in caught && caught.code === "EPERM";
  }
}
