import { setMaxListeners } from "node:events";
import { PayerHubError } from "../runtime/error.ts";
import type { Logger } from "../runtime/log.ts";
import { withDeadline } from "../runtime/signals.ts";
import type { World } from "../runtime/world.ts";
import type { EventPublisher, StatusQuery } from "./publisher.ts";
import { createSlots, type Slots } from "./slots.ts";
import type { Spool, SpoolEntry } from "./spool.ts";

/** Calls to the broker at a time: beyond about 32 only latency grows. */
const MAX_IN_FLIGHT = 32;

/** Longest single call, in milliseconds. */
const CALL_DEADLINE_MS = 10_000;

/** Pauses and limits, in milliseconds. */
export interface RelayPace {
  /** First pause after a failed publish; doubles up to `maxRetryMs`. */
  readonly retryMs: number;
  /** Short, so that a backlog starts to drain soon after an outage. */
  readonly maxRetryMs: number;
  /** First pause before asking for the receipt; doubles up to `maxReceiptMs`. */
  readonly receiptMs: number;
  readonly maxReceiptMs: number;
  /** After so long without a receipt the event is stored in the broker once more; doubles each time. */
  readonly republishMs: number;
}

export const DEFAULT_RELAY_PACE: RelayPace = {
  retryMs: 100,
  maxRetryMs: 5_000,
  receiptMs: 500,
  maxReceiptMs: 30_000,
  republishMs: 300_000,
};

export interface RelayParts {
  readonly spool: Spool;
  readonly publisher: EventPublisher;
  readonly status: StatusQuery;
  readonly world: World;
  readonly log: Logger;
  readonly pace: RelayPace;
}

/**
 * Brings every spool entry to the mesh: publishes it at once, then keeps it until the mesh itself says that it knows the
 * document, because a broker's acknowledgement is no durability. Publishes again when the receipt stays away. Survives
 * broker loss (entries wait) and restarts (entries are read back; the mesh is asked before they are published again).
 * Resolves when the signal aborts and no call is in flight; entries that are left stay in the spool.
 */
export async function runRelay(parts: RelayParts, signal: AbortSignal): Promise<void> {
  const { spool } = parts;
  // One waiter per entry hangs on the signal; their number is bounded by the spool.
  setMaxListeners(0, signal);
  const slots = createSlots(MAX_IN_FLIGHT, Number.POSITIVE_INFINITY);
  const running = new Map<string, Promise<void>>();
  const follow = (entry: SpoolEntry) => {
    if (signal.aborted || running.has(entry.key)) return;
    const delivery = deliver(entry, { ...parts, slots }, signal).finally(() => running.delete(entry.key));
    running.set(entry.key, delivery);
  };
  const unsubscribe = spool.onAdded(follow);
  for (const entry of spool.entries()) follow(entry);
  await aborted(signal);
  unsubscribe();
  await Promise.all(running.values());
}

type DeliveryParts = RelayParts & { readonly slots: Slots };

async function deliver(entry: SpoolEntry, parts: DeliveryParts, signal: AbortSignal): Promise<void> {
  try {
    if (entry.maybeKnown && (await isKnown(entry, parts, signal))) return await confirm(entry, parts);
    let republishMs = parts.pace.republishMs;
    for (let repeat = 0; ; repeat += 1) {
      await publish(entry, repeat, parts, signal);
      if (await receiptWithin(republishMs, entry, parts, signal)) return await confirm(entry, parts);
      republishMs *= 2;
      parts.log.warn("relay.no_receipt", idsOf(entry));
    }
  } catch (caught) {
    if (signal.aborted) return;
    const { code } = PayerHubError.from(caught, { attempted: "relaying a document" });
    parts.log.error("relay.entry_left", { ...idsOf(entry), code });
  }
}

/** Publishes until the broker confirms. */
async function publish(entry: SpoolEntry, repeat: number, parts: DeliveryParts, signal: AbortSignal): Promise<void> {
  const { publisher, slots, world, log, pace } = parts;
  for (let attempt = 1; ; attempt += 1) {
    try {
      using _slot = await slots.take(signal);
      await publisher.publishReceived(entry.message, { repeat, signal: withDeadline(signal, CALL_DEADLINE_MS) });
      log.debug("relay.published", { ...idsOf(entry), attempt });
      return;
    } catch (caught) {
      if (signal.aborted) throw caught;
      const { code } = PayerHubError.from(caught, { attempted: "publishing a received document" });
      log.warn("relay.publish_failed", { ...idsOf(entry), attempt, code });
    }
    await world.sleep(backoff(pace.retryMs, pace.maxRetryMs, attempt, world), signal);
  }
}

/** Asks ever more rarely until the mesh knows the document or the time is over. */
async function receiptWithin(limitMs: number, entry: SpoolEntry, parts: DeliveryParts, signal: AbortSignal): Promise<boolean> {
  const { world, pace } = parts;
  const endMs = world.monotonicMs() + limitMs;
  for (let attempt = 1; world.monotonicMs() < endMs; attempt += 1) {
    await world.sleep(Math.min(backoff(pace.receiptMs, pace.maxReceiptMs, attempt, world), limitMs), signal);
    if (await isKnown(entry, parts, signal)) return true;
  }
  return false;
}

async function isKnown(entry: SpoolEntry, parts: DeliveryParts, signal: AbortSignal): Promise<boolean> {
  const head = entry.message.head;
  if (head === undefined) return false;
  try {
    using _slot = await parts.slots.take(signal);
    return (await parts.status.query(head.tenant, head.documentId, withDeadline(signal, CALL_DEADLINE_MS))) !== undefined;
  } catch (caught) {
    if (signal.aborted) throw caught;
    return false;
  }
}

async function confirm(entry: SpoolEntry, parts: RelayParts): Promise<void> {
  await parts.spool.remove(entry.key);
  parts.log.debug("relay.receipt", idsOf(entry));
}

/** Doubles from `firstMs`; the spread keeps entries that failed together from coming back together. */
function backoff(firstMs: number, maxMs: number, attempt: number, world: World): number {
  const exponent = Math.min(attempt - 1, 20);
  return Math.min(maxMs, firstMs * 2 ** exponent) * (0.75 + world.random() / 2);
}

function idsOf(entry: SpoolEntry): { readonly tenant: string; readonly documentId: string } {
  return { tenant: entry.message.head?.tenant ?? "", documentId: entry.message.head?.documentId ?? "" };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
