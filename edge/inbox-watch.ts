import { type FSWatcher, watch } from "node:fs";
import type { Logger } from "../runtime/log.ts";
import type { World } from "../runtime/world.ts";

/** Wakes a loop early. */
export interface Alarm {
  ring(): void;
  /** Resolves when rung since the last wait, or after the pause. */
  wait(pauseMs: number, world: World): Promise<void>;
}

/** An alarm that has not been rung. */
export function createAlarm(): Alarm {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    wait: async (pauseMs, world) => {
      const over = new AbortController();
      await Promise.race([rung.promise, world.sleep(pauseMs, over.signal).catch(() => {})]);
      over.abort();
      rung = Promise.withResolvers<void>();
    },
  };
}

/** File system events only make things quicker; where they do not work, the poll finds the files. */
export function watchFolder(folder: string, onEvent: () => void, log: Logger): FSWatcher | undefined {
  const report = () => log.warn("inbox.watch_unavailable", { component: "inbox" });
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, onEvent);
    watcher.on("error", report);
    return watcher;
  } catch {
    report();
    return undefined;
  }
}
