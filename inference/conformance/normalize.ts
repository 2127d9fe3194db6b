import { z } from "zod";
import type { MethodName } from "./methods.ts";
import type { Outcome } from "./vector.ts";

type Json = z.infer<ReturnType<typeof z.json>>;

/** Fields that differ from server to server or from run to run, by call: they are taken out before anything is compared. */
const VARYING: Readonly<Partial<Record<MethodName, ReadonlySet<string>>>> = {
  ServerMetadata: new Set(["name", "version", "extensions"]),
  ModelMetadata: new Set(["platform"]),
  ModelConfig: new Set(["backend", "platform", "runtime", "defaultModelFilename", "ccModelFilenames", "modelTransactionPolicy"]),
  ModelStatistics: new Set(["ns", "lastInference", "memoryUsage", "responseStats"]),
  ModelStreamInfer: new Set(["errorMessage"]),
  RepositoryIndex: new Set(["reason"]),
  TraceSetting: new Set(["trace_file"]),
  LogSettings: new Set(["log_file"]),
};

/** A response's JSON form without what varies; a stream's reply keeps whether it has an error. */
export function normalize(method: MethodName, response: unknown): NonNullable<Outcome["response"]> {
  const varying = VARYING[method] ?? new Set<string>();
  const told = strip(z.json().parse(response), varying);
  if (method !== "ModelStreamInfer") return told;
  const failed = typeof response === "object" && response !== null && "errorMessage" in response && response.errorMessage !== "";
  return { failed, told };
}

function strip(value: Json, varying: ReadonlySet<string>): NonNullable<Json> {
  if (Array.isArray(value)) return value.map((item) => strip(item, varying));
  if (typeof value !== "object" || value === null) return value ?? "";
  const kept = Object.entries(value).filter(([key]) => !varying.has(key));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, strip(item, varying)]));
}
