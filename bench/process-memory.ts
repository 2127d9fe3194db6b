import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Pause between two looks, in milliseconds. */
const EVERY_MS = 250;
/** Longest look, in milliseconds. */
const LOOK_DEADLINE_MS = 5_000;

/** Highest resident memory seen, in bytes. */
export interface PeakMemory {
  /** Of the whole process tree at one moment. */
  readonly totalBytes: number;
  /** By what the process is: `mesh`, `recognize-child`, `nats-server` …; the largest one of each. */
  readonly byProcess: Readonly<Record<string, number>>;
}

/** Watches this process and all its descendants until `stop`. */
export function watchMemory(nameOf: (command: string) => string): { stop(): Promise<PeakMemory> } {
  let totalBytes = 0;
  const byProcess: Record<string, number> = {};
  const controller = new AbortController();
  const look = async (): Promise<void> => {
    const tree = descendants(await listProcesses(), process.pid);
    totalBytes = Math.max(
      totalBytes,
      tree.reduce((sum, row) => sum + row.rssBytes, 0),
    );
    // A process that has ended and is not yet collected holds nothing and has lost its name.
    for (const row of tree.filter(({ rssBytes }) => rssBytes > 0)) {
      const name = nameOf(row.command);
      byProcess[name] = Math.max(byProcess[name] ?? 0, row.rssBytes);
    }
  };
  const running = (async () => {
    while (!controller.signal.aborted) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    stop: async () => {
      controller.abort();
      await running;
      return { totalBytes, byProcess };
    },
  };
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly rssBytes: number;
  readonly command: string;
}

async function listProcesses(): Promise<readonly ProcessRow[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,rss=,args="], {
    timeout: LOOK_DEADLINE_MS,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    if (match === null) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), rssBytes: Number(match[3]) * 1024, command: match[4] ?? "" }];
  });
}

function descendants(rows: readonly ProcessRow[], root: number): readonly ProcessRow[] {
  const inside = new Set([root]);
  // Parents may be listed after their children; repeat until nothing is added.
  for (let before = 0; before !== inside.size; ) {
    before = inside.size;
    for (const row of rows) if (inside.has(row.parent)) inside.add(row.pid);
  }
  return rows.filter((row) => inside.has(row.pid) && !row.command.startsWith("ps "));
}
