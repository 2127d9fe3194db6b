import type { Consumer, JsMsg } from "@nats-io/jetstream";
import { PayerHubError } from "../runtime/error.ts";
import type { Stoppable } from "../runtime/lifetime.ts";
import { originOf } from "../runtime/log.ts";
import { abortable } from "../runtime/signals.ts";
import { deadLetterSubject } from "../runtime/subjects.ts";
import { decodeDelivery, type Delivery } from "./delivery.ts";
import type { EventName } from "./events.ts";
import type { PipelineRow } from "./pipeline.ts";
import { advance, quarantine, type StepDeps } from "./advance.ts";
import type { Stage } from "./stage.ts";
import { consumerOf, KEEP_ALIVE_MS, MAX_DELIVERIES } from "./streams.ts";

/** How long one pull waits for an event, in milliseconds. */
const PULL_EXPIRES_MS = 5_000;
/** Pause after a failed pull, in milliseconds. */
const PULL_PAUSE_MS = 500;
/** First and longest pause between attempts during an outage, in milliseconds. */
const OUTAGE_PAUSE_MS = { first: 250, longest: 30_000 } as const;
/** Pauses before a failed event comes again, in milliseconds; after the last one the document is quarantined. */
const RETRY_PAUSES_MS = [1_000, 5_000, 15_000, 30_000] as const;
/** How long shutdown waits for running stages before their signal aborts, in milliseconds. */
const DRAIN_MS = 3_000;

/** Codes that another attempt cannot turn: the document stops here and waits for a person. */
const PERMANENT: ReadonlySet<string> = new Set([
  "INVALID_ARGUMENT",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "FAILED_PRECONDITION",
  "DATA_LOSS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "UNAUTHENTICATED",
]);

/**
 * The only pull loop: decode, run the stage, write, publish, acknowledge; or pause and try again; or quarantine; or, when the
 * bytes are no event at all, keep them as a dead letter. `stop` pulls nothing more, lets running stages end for a moment,
 * then aborts them; what was not acknowledged is delivered again.
 */
export function consumeStage<N extends EventName>(row: PipelineRow, stage: Stage<N>, deps: StepDeps): Stoppable {
  const pulling = new AbortController();
  const working = new AbortController();
  const loop: Loop<N> = { row, stage, deps, pulling: pulling.signal, working: working.signal };
  const slots = Array.from({ length: row.concurrency }, async () => await runSlot(loop));
  return {
    stop: async () => {
      const reason = new PayerHubError("CANCELLED", `running the stage "${row.stage}": the process is stopping`);
      pulling.abort(reason);
      const timer = setTimeout(() => working.abort(reason), DRAIN_MS);
      await Promise.allSettled(slots);
      clearTimeout(timer);
    },
  };
}

interface Loop<N extends EventName> {
  readonly row: PipelineRow;
  readonly stage: Stage<N>;
  readonly deps: StepDeps;
  readonly pulling: AbortSignal;
  readonly working: AbortSignal;
}

async function runSlot<N extends EventName>(loop: Loop<N>): Promise<void> {
  let consumer: Consumer | undefined;
  while (!loop.pulling.aborted) {
    try {
      consumer ??= await abortable(
        loop.deps.bus.jetstream.consumers.get("DOCUMENTS", consumerOf(loop.row).durable_name),
        loop.pulling,
        `finding the consumer of "${loop.row.stage}"`,
      );
      const message = await abortable(consumer.next({ expires: PULL_EXPIRES_MS }), loop.pulling, `pulling for "${loop.row.stage}"`);
      if (message !== null) await handle(loop, message);
    } catch (caught) {
      consumer = undefined;
      await pauseAfter(loop, caught);
    }
  }
}

async function pauseAfter<N extends EventName>(loop: Loop<N>, caught: unknown): Promise<void> {
  if (loop.pulling.aborted) return;
  const error = PayerHubError.from(caught, { code: "UNAVAILABLE", attempted: `pulling for "${loop.row.stage}"` });
  loop.deps.log.warn("stage.pull_failed", { stage: loop.row.stage, code: error.code });
  await loop.deps.world.sleep(PULL_PAUSE_MS, loop.pulling).catch(() => {});
}

async function handle<N extends EventName>(loop: Loop<N>, message: JsMsg): Promise<void> {
  const { row, deps } = loop;
  let delivery: Delivery<N>;
  try {
    delivery = decodeDelivery(loop.stage.input, message);
  } catch (caught) {
    await bury(loop, message, PayerHubError.from(caught, { attempted: `decoding for "${row.stage}"` }));
    return;
  }
  deps.probe(row.stage, "pulled");
  const keepAlive = setInterval(() => message.working(), KEEP_ALIVE_MS);
  try {
    await settle(loop, message, delivery);
  } finally {
    clearInterval(keepAlive);
  }
}

/** Runs the step until it is done, given up, or handed back to the broker. */
async function settle<N extends EventName>(loop: Loop<N>, message: JsMsg, delivery: Delivery<N>): Promise<void> {
  const { row, stage, deps, working } = loop;
  for (let outages = 0; ; outages++) {
    try {
      if (delivery.attempt > MAX_DELIVERIES) {
        throw new PayerHubError(
          "RESOURCE_EXHAUSTED",
          `running "${row.stage}": it ended without an answer ${MAX_DELIVERIES} times, it must complete`,
        );
      }
      await advance({ row, stage, delivery, signal: working }, deps);
      await acknowledge(loop, message);
      return;
    } catch (caught) {
      const error = PayerHubError.from(caught, { attempted: `running "${row.stage}"` });
      const more = await recover({ loop, message, delivery, error, cause: caught, outages });
      if (!more) return;
    }
  }
}

interface Failure<N extends EventName> {
  readonly loop: Loop<N>;
  readonly message: JsMsg;
  readonly delivery: Delivery<N>;
  readonly error: PayerHubError;
  readonly cause: unknown;
  readonly outages: number;
}

/** True when the step should run again within this delivery. */
async function recover<N extends EventName>(failure: Failure<N>): Promise<boolean> {
  const { loop, message, delivery, error } = failure;
  const { row, deps, working } = loop;
  const fields = { stage: row.stage, tenant: delivery.head.tenant, documentId: delivery.head.documentId, code: error.code };
  if (working.aborted) {
    message.nak();
    return false;
  }
  deps.log.warn("stage.failed", { ...fields, attempt: delivery.attempt, origin: originOf(error.cause ?? failure.cause) });
  if (error.code === "UNAVAILABLE" || error.code === "ABORTED") {
    // An outage is not the document's failure: wait here, so that the delivery count rises only when a process dies.
    const pauseMs = Math.min(OUTAGE_PAUSE_MS.longest, OUTAGE_PAUSE_MS.first * 2 ** failure.outages);
    await deps.world.sleep(pauseMs, working).catch(() => {});
    return true;
  }
  if (error.code === "NOT_FOUND") {
    await bury(loop, message, error);
    return false;
  }
  try {
    const failures = await quarantine(
      { row, delivery, error, immediately: PERMANENT.has(error.code), limit: RETRY_PAUSES_MS.length, signal: working },
      deps,
    );
    if (failures === "quarantined") await acknowledge(loop, message);
    else message.nak(RETRY_PAUSES_MS[failures - 1] ?? RETRY_PAUSES_MS[0]);
  } catch {
    // The store is away too: the broker brings the event again after the acknowledgement wait.
    message.nak(OUTAGE_PAUSE_MS.longest);
  }
  return false;
}

async function acknowledge<N extends EventName>(loop: Loop<N>, message: JsMsg): Promise<void> {
  loop.deps.probe(loop.row.stage, "before_ack");
  const confirmed = await message.ackAck();
  if (!confirmed) loop.deps.log.info("stage.ack_unconfirmed", { stage: loop.row.stage });
}

/** Keeps what cannot be processed as an event, with the reason, where a person can see and replay it. */
async function bury<N extends EventName>(loop: Loop<N>, message: JsMsg, error: PayerHubError): Promise<void> {
  const { row, deps } = loop;
  const consumer = consumerOf(row).durable_name;
  deps.log.error("stage.dead_letter", { stage: row.stage, code: error.code });
  try {
    await deps.bus.publish(
      {
        subject: deadLetterSubject(consumer),
        payload: message.data,
        envelope: {
          id: `${message.info.stream}.${message.info.streamSequence}.${consumer}`,
          source: `/payerhub/mesh/${row.stage}`,
          type: `payerhub.dead_letter.${error.code.toLowerCase()}`,
          time: new Date(deps.world.now()).toISOString(),
          subject: message.subject,
          tenant: message.subject.split(".")[2] ?? "unknown",
          correlationId: `${message.info.stream}.${message.info.streamSequence}`,
          contentType: "application/octet-stream",
        },
      },
      loop.working,
    );
    message.term(error.code);
  } catch {
    message.nak(OUTAGE_PAUSE_MS.longest);
  }
}
