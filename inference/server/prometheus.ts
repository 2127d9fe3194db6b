import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import type { HistogramSnapshot } from "./histogram.ts";
import type { LoadedModel } from "./model.ts";
import type { ModelMetrics } from "./statistics.ts";

interface Sample {
  readonly labels: string;
  readonly value: number;
}

/** Counters by Triton's names (https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md). */
const COUNTERS: readonly {
  readonly name: string;
  readonly help: string;
  readonly of: (metrics: ModelMetrics) => number;
}[] = [
  {
    name: "nv_inference_request_success",
    help: "Number of successful inference requests, all batch sizes",
    of: ({ success }) => success,
  },
  { name: "nv_inference_count", help: "Number of inferences performed", of: ({ inferences }) => inferences },
  { name: "nv_inference_exec_count", help: "Number of model executions performed", of: ({ executions }) => executions },
  {
    name: "nv_inference_request_duration_us",
    help: "Cumulative inference request duration in microseconds",
    of: ({ requestUs }) => requestUs,
  },
  {
    name: "nv_inference_queue_duration_us",
    help: "Cumulative inference queuing duration in microseconds",
    of: ({ queueUs }) => queueUs,
  },
  {
    name: "nv_inference_compute_input_duration_us",
    help: "Cumulative compute input duration in microseconds",
    of: ({ computeInputUs }) => computeInputUs,
  },
  {
    name: "nv_inference_compute_infer_duration_us",
    help: "Cumulative compute inference duration in microseconds",
    of: ({ computeInferUs }) => computeInferUs,
  },
  {
    name: "nv_inference_compute_output_duration_us",
    help: "Cumulative compute output duration in microseconds",
    of: ({ computeOutputUs }) => computeOutputUs,
  },
];

const HISTOGRAMS = [
  { name: "payerhub_inference_queue_seconds", help: "Time that requests waited in the queue", of: "queue" },
  { name: "payerhub_inference_compute_seconds", help: "Time of executions, input and output included", of: "compute" },
  { name: "payerhub_inference_request_seconds", help: "Time of requests from queue to outputs", of: "request" },
  { name: "payerhub_inference_batch_size", help: "Rows of executions", of: "batch_size" },
] as const;

const REASONS = { rejected: "REJECTED", canceled: "CANCELED", backend: "BACKEND" } as const;

/**
 * The loaded models' metrics as Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/): Triton's
 * counters and, because sums cannot be added up over replicas into percentiles, histograms.
 */
export function prometheusText(models: readonly LoadedModel[]): string {
  const all = models.map((model) => ({ model, labels: labelsOf(model), metrics: model.metrics() }));
  const lines: string[] = [];
  for (const { name, help, of } of COUNTERS)
    lines.push(
      ...family(
        { name, help, type: "counter" },
        all.map(({ labels, metrics }) => ({ labels, value: of(metrics) })),
      ),
    );
  const failures = all.flatMap(({ labels, metrics }) =>
    (["rejected", "canceled", "backend"] as const).map((reason) => ({
      labels: `${labels},reason="${REASONS[reason]}"`,
      value: metrics.failures[reason],
    })),
  );
  lines.push(...family({ name: "nv_inference_request_failure", help: "Number of failed inference requests", type: "counter" }, failures));
  lines.push(
    ...family(
      { name: "nv_inference_pending_request_count", help: "Number of requests that wait for execution", type: "gauge" },
      all.map(({ labels, model }) => ({ labels, value: model.waiting })),
    ),
    ...family(
      { name: "nv_model_load_duration_secs", help: "Time that the model took to load, in seconds", type: "gauge" },
      all.map(({ labels, model }) => ({ labels, value: model.loadMs / 1_000 })),
    ),
  );
  for (const { name, help, of } of HISTOGRAMS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} histogram`);
    for (const { labels, metrics } of all) lines.push(...histogramLines(name, labels, metrics.histograms[of]));
  }
  lines.push(...machineLines());
  return `${lines.join("\n")}\n`;
}

function labelsOf({ config, version }: LoadedModel): string {
  return `model="${config.name.replace(/["\\\n]/g, "_")}",version="${version}"`;
}

function family(
  { name, help, type }: { readonly name: string; readonly help: string; readonly type: "counter" | "gauge" },
  samples: readonly Sample[],
): readonly string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ labels, value }) => `${name}${labels === "" ? "" : `{${labels}}`} ${value}`),
  ];
}

function histogramLines(name: string, labels: string, { bounds, counts, sum, count }: HistogramSnapshot): readonly string[] {
  return [
    ...bounds.map((bound, index) => `${name}_bucket{${labels},le="${bound}"} ${counts[index] ?? 0}`),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

/** As in Triton on a machine without a GPU: there is no pinned memory. */
function machineLines(): readonly string[] {
  const gauge = (name: string, help: string, value: number) => family({ name, help, type: "gauge" }, [{ labels: "", value }]);
  const load = Math.min(1, (loadavg()[0] ?? 0) / availableParallelism());
  return [
    ...gauge("nv_pinned_memory_pool_total_bytes", "Pinned memory pool total memory size, in bytes", 0),
    ...gauge("nv_pinned_memory_pool_used_bytes", "Pinned memory pool used memory size, in bytes", 0),
    ...gauge("nv_cpu_utilization", "CPU utilization rate [0.0 - 1.0], from the load of the last minute", load),
    ...gauge("nv_cpu_memory_total_bytes", "CPU total memory (RAM), in bytes", totalmem()),
    ...gauge("nv_cpu_memory_used_bytes", "CPU used memory (RAM), in bytes", totalmem() - freemem()),
  ];
}
