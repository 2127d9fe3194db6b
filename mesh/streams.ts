import {
  AckPolicy,
  type ConsumerConfig,
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  type StreamConfig,
  StorageType,
  JetStreamApiCodes,
  JetStreamApiError,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { PayerHubError } from "../runtime/error.ts";
import { DEAD_LETTER_SUBJECTS, DOCUMENT_SUBJECTS, documentFilter, HUB_SUBJECTS } from "../runtime/subjects.ts";
import { abortable } from "../runtime/signals.ts";
import { PIPELINE, type PipelineRow } from "./pipeline.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Time after which an unacknowledged event is delivered again, in milliseconds; a running stage extends it. */
export const ACK_WAIT_MS = 10_000;
/** How often a running stage extends its time, in milliseconds. */
export const KEEP_ALIVE_MS = 2_500;
/** Deliveries after which an event that keeps killing its process is given up; failures that return are counted apart. */
export const MAX_DELIVERIES = 30;

type StreamRow = Pick<StreamConfig, "name" | "subjects"> & {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** Window in which an event id is stored once. Later repeats are caught by the document's record. */
  readonly duplicateWindowMs: number;
};

/** Streams as data. The broker is never the only copy: any of them can be rebuilt from the store and the edge's spool. */
export const STREAMS: readonly StreamRow[] = [
  { name: "DOCUMENTS", subjects: [DOCUMENT_SUBJECTS], maxAgeMs: 14 * DAY_MS, maxBytes: 4 * 1024 ** 3, duplicateWindowMs: 2 * HOUR_MS },
  { name: "HUB_EVENTS", subjects: [HUB_SUBJECTS], maxAgeMs: 30 * DAY_MS, maxBytes: 8 * 1024 ** 3, duplicateWindowMs: 2 * HOUR_MS },
  { name: "DEAD_LETTERS", subjects: [DEAD_LETTER_SUBJECTS], maxAgeMs: 90 * DAY_MS, maxBytes: 1024 ** 3, duplicateWindowMs: 2 * HOUR_MS },
];

/** Durable consumer of a stage. */
export function consumerOf(row: PipelineRow): Partial<ConsumerConfig> & { durable_name: string } {
  return {
    durable_name: `mesh-${row.stage}`,
    filter_subject: documentFilter(row.input),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_deliver: -1,
    max_ack_pending: 256,
  };
}

/** Creates or updates every stream and stage consumer. Safe to call from several processes at once. */
export async function provision(manager: JetStreamManager, signal: AbortSignal): Promise<void> {
  for (const row of STREAMS) {
    await ensureStream(manager, row, signal);
  }
  for (const row of PIPELINE) {
    await abortable(manager.consumers.add("DOCUMENTS", consumerOf(row)), signal, `creating the consumer of "${row.stage}"`);
  }
}

async function ensureStream(manager: JetStreamManager, row: StreamRow, signal: AbortSignal): Promise<void> {
  const config = {
    name: row.name,
    subjects: row.subjects,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    // Refuse new events rather than drop old ones: what was acknowledged stays.
    discard: DiscardPolicy.New,
    max_age: nanos(row.maxAgeMs),
    max_bytes: row.maxBytes,
    duplicate_window: nanos(row.duplicateWindowMs),
  };
  const attempted = `provisioning the stream "${row.name}"`;
  try {
    // Adding again, even with the same configuration, would count the stream's storage twice against the server's limit.
    const known = await abortable(findStream(manager, row.name), signal, attempted);
    if (known === undefined) await abortable(manager.streams.add(config), signal, attempted);
    else if (differs(known, config)) await abortable(manager.streams.update(row.name, config), signal, attempted);
  } catch (caught) {
    throw PayerHubError.from(caught, { code: "UNAVAILABLE", attempted });
  }
}

async function findStream(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (caught) {
    if (caught instanceof JetStreamApiError && caught.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw caught;
  }
}

function differs(known: StreamConfig, wanted: Partial<StreamConfig>): boolean {
  return Object.entries(wanted).some(([key, value]) => JSON.stringify(known[key as keyof StreamConfig]) !== JSON.stringify(value));
}
