import { PROBE_POINTS, type ProbePoint } from "../../mesh/advance.ts";
import { PIPELINE } from "../../mesh/pipeline.ts";

/** One planned death of the mesh process. */
export interface KillPoint {
  readonly stage: string;
  readonly point: ProbePoint;
  /** Which kind of document gets there: only accepted ones are delivered, only doubtful ones are queued for a person. */
  readonly needs: "auto" | "review";
}

/** Every named point of every stage, in the order of the flow; a stage that puts nothing out has no `published` point. */
export function killPlan(): readonly KillPoint[] {
  return PIPELINE.flatMap((row) =>
    PROBE_POINTS.filter((point) => point !== "published" || row.outputs.length > 0).map((point) => ({
      stage: row.stage,
      point,
      needs: row.stage === "review" ? ("review" as const) : ("auto" as const),
    })),
  );
}
