import {
  type Attributes,
  context,
  type Meter,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { BasicTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { MeterProvider, type MetricReader } from "@opentelemetry/sdk-metrics";
import { PayerHubError } from "./error.ts";

/** Attribute keys that spans may carry: ids, enums, counts, durations. PHI has no key here, so it cannot be attached. */
export interface SpanFields {
  readonly tenant?: string;
  readonly documentId?: string;
  readonly stage?: string;
  readonly subject?: string;
  readonly revision?: number;
  readonly attempt?: number;
  readonly pages?: number;
}

export interface SpanOptions {
  readonly kind: "producer" | "consumer" | "server" | "client" | "internal";
  readonly fields: SpanFields;
  /** W3C traceparent of the message that caused this work; linked, not parented, because a queue lies between. */
  readonly linkedTo?: string;
}

/** The one thin door to OpenTelemetry: hot code emits through it and does not know the SDK. */
export interface Telemetry {
  /** Runs `work` in a span; `traceparent` is what an outgoing message carries. */
  span<T>(name: string, options: SpanOptions, work: (traceparent: string) => Promise<T>): Promise<T>;
  readonly meter: Meter;
  stop(): Promise<void>;
}

const KINDS = {
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const;

const ATTRIBUTES: Readonly<Record<keyof SpanFields, string>> = {
  tenant: "payerhub.tenant",
  documentId: "payerhub.document.id",
  stage: "payerhub.stage",
  subject: "messaging.destination.template",
  revision: "payerhub.document.revision",
  attempt: "messaging.delivery.attempt",
  pages: "payerhub.document.pages",
};

/** W3C Trace Context level 1, section 3.2: version-traceid-parentid-flags. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export function parseTraceparent(text: string): SpanContext | undefined {
  const match = TRACEPARENT.exec(text);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined;
  return { traceId: match[1], spanId: match[2], traceFlags: Number.parseInt(match[3], 16) & TraceFlags.SAMPLED, isRemote: true };
}

function formatTraceparent(span: SpanContext): string {
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, "0")}`;
}

export function createTelemetry(options: { readonly processors: SpanProcessor[]; readonly readers: MetricReader[] }): Telemetry {
  const traces = new BasicTracerProvider({ spanProcessors: options.processors });
  const metrics = new MeterProvider({ readers: options.readers });
  const tracer: Tracer = traces.getTracer("payerhub");
  return {
    span: async (name, spanOptions, work) => await runSpan(tracer, name, spanOptions, work),
    meter: metrics.getMeter("payerhub"),
    stop: async () => {
      await traces.shutdown();
      await metrics.shutdown();
    },
  };
}

async function runSpan<T>(tracer: Tracer, name: string, options: SpanOptions, work: (traceparent: string) => Promise<T>): Promise<T> {
  const cause = options.linkedTo === undefined ? undefined : parseTraceparent(options.linkedTo);
  // The trace id travels on, so that one id finds a document's whole way; the span itself only links to its cause.
  const parent = cause === undefined ? context.active() : trace.setSpanContext(context.active(), cause);
  const span = tracer.startSpan(
    name,
    { kind: KINDS[options.kind], attributes: attributesOf(options.fields), links: cause === undefined ? [] : [{ context: cause }] },
    parent,
  );
  try {
    return await work(formatTraceparent(span.spanContext()));
  } catch (caught) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: PayerHubError.from(caught, { attempted: name }).code });
    throw caught;
  } finally {
    span.end();
  }
}

function attributesOf(fields: SpanFields): Attributes {
  const attributes: Attributes = {};
  for (const [key, value] of Object.entries(fields)) {
    const name = ATTRIBUTES[key as keyof SpanFields];
    if (value !== undefined && name !== undefined) attributes[name] = value;
  }
  return attributes;
}
