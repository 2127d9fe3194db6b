import { readFile } from "node:fs/promises";

/** Size of a page as `/proc/<pid>/statm` counts it; 4 KiB on every platform the product runs on. */
const PAGE_BYTES = 4096;
/** Clock ticks a second of `/proc/<pid>/stat` (USER_HZ), fixed by the Linux ABI. */
const TICKS_PER_SECOND = 100;
/** Processes looked at below one child: a recognizer starts at most one. */
const MAX_DESCENDANTS = 8;

export interface ProcessUsage {
  readonly rssBytes: number;
  readonly cpuSeconds: number;
}

/**
 * Resident memory and CPU time of a process and its direct children, from Linux' /proc; undefined when the process is
 * gone or the platform has no /proc.
 */
export async function readUsage(pid: number): Promise<ProcessUsage | undefined> {
  const own = await readOne(pid);
  if (own === undefined) return undefined;
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const children = listed
    .split(" ")
    .filter((part) => part !== "")
    .slice(0, MAX_DESCENDANTS);
  const usages = await Promise.all(children.map(async (child) => await readOne(Number(child))));
  return {
    rssBytes: usages.reduce((sum, usage) => sum + (usage?.rssBytes ?? 0), own.rssBytes),
    cpuSeconds: usages.reduce((sum, usage) => sum + (usage?.cpuSeconds ?? 0), own.cpuSeconds),
  };
}

async function readOne(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const [statm, stat] = await Promise.all([readFile(`/proc/${pid}/statm`, "utf8"), readFile(`/proc/${pid}/stat`, "utf8")]);
    // The command name may hold spaces: fields are counted from its closing parenthesis (proc_pid_stat(5): utime 14, stime 15).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { rssBytes: Number(statm.split(" ")[1]) * PAGE_BYTES, cpuSeconds: ticks / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}
