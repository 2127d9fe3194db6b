import type { Calibration } from "../../mesh/score/calibration.ts";
import type { ScoredRow } from "./score-rows.ts";

/** How one scenario fares, in shares of its documents. */
export interface ScenarioFigures {
  readonly documents: number;
  readonly isolationForest: number;
  /** By its error or by the residual of one feature. */
  readonly autoencoder: number;
  /** Either model. */
  readonly models: number;
  /** Either model or a blocking rule, confidence rules aside. */
  readonly modelsOrRules: number;
}

export interface Figures {
  readonly scenarios: Readonly<Record<string, ScenarioFigures>>;
  /** Of strange documents: over all scenarios but the normal ones. */
  readonly recallModels: number;
  readonly recallModelsOrRules: number;
  /** At one strange document in ten. */
  readonly precisionModels: number;
  readonly precisionModelsOrRules: number;
}

const PREVALENCE = 0.1;

/** Alarm rates of rows that neither trained the models nor set the thresholds. */
export function figuresOf(
  rows: readonly ScoredRow[],
  calibration: Pick<Calibration, "isolationForest" | "autoencoder" | "residual">,
): Figures {
  const forest = (row: ScoredRow) => row.isolationForest > calibration.isolationForest.threshold;
  const encoder = (row: ScoredRow) => row.autoencoder > calibration.autoencoder.threshold || row.residual > calibration.residual.threshold;
  const models = (row: ScoredRow) => forest(row) || encoder(row);
  const modelsOrRules = (row: ScoredRow) => models(row) || row.rules.length > 0;
  const names = [...new Set(rows.map((row) => row.scenario))].toSorted();
  const scenarios = names.map((name) => {
    const own = rows.filter((row) => row.scenario === name);
    const figures: ScenarioFigures = {
      documents: own.length,
      isolationForest: share(own, forest),
      autoencoder: share(own, encoder),
      models: share(own, models),
      modelsOrRules: share(own, modelsOrRules),
    };
    return [name, figures] as const;
  });
  const normal = rows.filter((row) => row.scenario === "normal");
  const strange = rows.filter((row) => !row.scenario.startsWith("normal"));
  const [recallModels, recallModelsOrRules] = [share(strange, models), share(strange, modelsOrRules)];
  return {
    scenarios: Object.fromEntries(scenarios),
    recallModels,
    recallModelsOrRules,
    precisionModels: precision(recallModels, share(normal, models)),
    precisionModelsOrRules: precision(recallModelsOrRules, share(normal, modelsOrRules)),
  };
}

function share(rows: readonly ScoredRow[], test: (row: ScoredRow) => boolean): number {
  return rows.length === 0 ? Number.NaN : rows.filter(test).length / rows.length;
}

function precision(recall: number, falseAlarms: number): number {
  return (PREVALENCE * recall) / (PREVALENCE * recall + (1 - PREVALENCE) * falseAlarms);
}
