import { fork } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import type { LoadOrder, LoadResult } from "./load-message.ts";

const answerSchema = z.union([
  z.object({ failure: z.string() }),
  z.object({
    result: z.object({
      answeredPerSecond: z.number(),
      failedPerSecond: z.number(),
      heldPerSecond: z.number(),
      p50Ms: z
        .number()
        .or(z.nan())
        .or(z.null().transform(() => Number.NaN)),
      p95Ms: z
        .number()
        .or(z.nan())
        .or(z.null().transform(() => Number.NaN)),
      p99Ms: z
        .number()
        .or(z.nan())
        .or(z.null().transform(() => Number.NaN)),
      cpuShare: z.number(),
      sample: z.string(),
    }),
  }),
]);

/** A load generator in a process of its own. */
export interface LoadProcess extends AsyncDisposable {
  /** Carries one order out; orders follow each other. */
  run(order: LoadOrder): Promise<LoadResult>;
}

export function startLoad(signal: AbortSignal): LoadProcess {
  const child = fork(new URL("./load-child.ts", import.meta.url), { signal, serialization: "json" });
  child.on("error", () => {});
  const gone = once(child, "exit").then((): readonly unknown[] => [{ failure: "its process ended" }]);
  return {
    run: async (order) => {
      const answered: Promise<readonly unknown[]> = once(child, "message");
      child.send(order);
      const [message] = await Promise.race([answered, gone]);
      const answer = answerSchema.parse(message);
      if ("failure" in answer) throw new Error(`load port ${order.port} failed: ${answer.failure}`);
      return answer.result;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.kill()) await gone;
    },
  };
}
